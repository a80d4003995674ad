import type { Change } from './changes.js';
import { EACH, KEY, type Path } from './values.js';

/** `orders[0].id`, `orders[each].id`, `methods[each key]`; empty for the value itself. */
export function pathText(path: Path): string {
  let text = '';
  for (const [at, step] of path.entries()) {
    if (step === EACH) text += path[at + 1] === KEY ? '[each key]' : '[each]';
    else if (typeof step === 'number') text += step === KEY ? '' : `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** What a change makes of a value, in words. */
export function changeText(change: Change): string {
  switch (change.op) {
    case 'lower':
      return 'in lower case';
    case 'upper':
      return 'in upper case';
    case 'trim':
      return 'without space around it';
    case 'text':
      return 'as text';
    case 'number':
      return 'as a number';
    case 'date':
      return 'its date';
    case 'day':
      return `its date as ${change.as.replace('$1', 'YYYY').replace('$2', 'MM').replace('$3', 'DD')}`;
    case 'part': {
      const separator = JSON.stringify(change.separator);
      return change.at === 'first' ? `what stands before the first ${separator}` : `what follows the last ${separator}`;
    }
    case 'count':
      return 'how many there are';
    case 'collect':
      return `the ${pathText(change.get)} of each, as a list`;
    case 'join':
      return `the ${pathText(change.get) || 'text'} of each, joined by ${JSON.stringify(change.separator)}`;
    case 'sum':
      return `the ${pathText(change.get)} of each, added up`;
    case 'least':
    case 'most':
      return `the ${pathText(change.get) || 'element'} of the one with the ${change.op} ${pathText(change.by)}`;
  }
}
