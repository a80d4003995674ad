import { isMade, paramsIn, stepsIn } from './expr.js';
import type { Instance } from './flows.js';
import type { Made } from './made.js';
import { decidingParams, insteadOf, isOptional, type Program } from './program.js';
import { putNumber } from './put-number.js';
import { putText } from './put-text.js';
import { usualSource } from './usual.js';

function withMade(program: Program, name: string, made: Made): Program {
  return { ...insteadOf(program, name, made), params: program.params.filter((one) => one.name !== name) };
}

/** Whether each text or list that ties two calls is one that the program makes of the result of the first of them. */
function tiesHold({ links, steps }: Program): boolean {
  return links.every((link) => {
    const { kind } = link.source;
    if (kind === 'result' || kind === 'argument') return true;
    const expr = steps[link.to]?.args.find((one) => one.slot === link.slot)?.expr;
    if (kind === 'member') return (expr?.kind === 'get' || expr?.kind === 'select') && expr.step === link.from;
    return expr?.kind === (kind === 'part' ? 'text' : 'among') && stepsIn(expr).includes(link.from);
  });
}

/**
 * A program in which nothing is a parameter that can be put together from what is at hand (a text of parts, a sum, a difference
 * or a product), and nothing must be given that an earlier result usually says. Null where the calls hang together by a text that cannot be put together.
 * @param instances what it was generalized from, with their steps in its order
 */
export function putTogether(program: Program, instances: readonly Instance[]): Program | null {
  let better = program;
  for (const { name, step, slot, role } of program.params) {
    if (role !== 'argument' || isOptional(program, name) || program.steps[step]?.over !== null) continue;
    if (program.steps.some((one) => decidingParams(one).includes(name))) continue;
    if (better.steps.some(({ args }) => args.some(({ expr }) => isMade(expr) && paramsIn(expr).includes(name))))
      continue;
    const target = { program: better, step, slot, name };
    const made = putText(instances, target) ?? putNumber(instances, target);
    const usual = made === null ? usualSource(instances, target) : null;
    if (made) better = withMade(better, name, made);
    else if (usual) better = insteadOf(better, name, { kind: 'default', name, from: usual });
  }
  return tiesHold(better) ? better : null;
}
