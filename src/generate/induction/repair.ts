import { explains } from './explains.js';
import type { Occurrence } from './match.js';
import { paramName } from './naming.js';
import { type Argument, insteadOf, type Link, type Program, paramsOf, withExprs } from './program.js';
import { isUsual, type Seen } from './usual.js';

/** Up to this share of failed replays they are noise: the flow becomes part of the structure instead of a parameter. */
const noiseShare = 0.15;

/** Where one parameter feeds several arguments: the step and argument whose value is not that of the first. */
function disagreeing(
  program: Program,
  one: Occurrence,
): { step: number; slot: string; from: { step: number; slot: string } }[] {
  const first = new Map<string, { step: number; slot: string; key: string | undefined }>();
  const found: { step: number; slot: string; from: { step: number; slot: string } }[] = [];
  for (const [step, { args }] of program.steps.entries()) {
    for (const { slot, expr } of args) {
      if (expr.kind !== 'param') continue;
      const key = one.steps[step]?.[0]?.slots.find((each) => each.name === slot)?.key;
      const known = first.get(expr.name);
      if (!known) first.set(expr.name, { step, slot, key });
      else if (known.key !== key) found.push({ step, slot, from: { step: known.step, slot: known.slot } });
    }
  }
  return found;
}

function asParam(program: Program, step: number, slot: string): Program {
  const toolOf = (at: number): string => program.steps[at]?.tool ?? '';
  const others = program.params.map((one) => ({ name: one.name, tool: toolOf(one.step) }));
  const name = paramName(slot.split('.').at(-1) ?? slot, toolOf(step), others);
  const { steps } = withExprs(program, (arg, at) =>
    at === step && arg.slot === slot ? { kind: 'param', name } : arg.expr,
  );
  const used = new Set(steps.flatMap(paramsOf));
  const params = program.params.filter((one) => used.has(one.name));
  const sure = program.sure.filter((one) => one.step !== step || one.slot !== slot);
  return { ...program, steps, sure, params: [...params, { name, step, slot, role: 'argument' }] };
}

/** The argument as one that may be given, else is what the program says; null where that is no rule. */
function asDefault(
  program: Program,
  { step, arg }: { readonly step: number; readonly arg: Argument },
  occurrences: readonly Occurrence[],
): Program | null {
  const { expr } = arg;
  if (expr.kind !== 'get') return null;
  const seen = occurrences.flatMap((one): Seen[] => {
    const call = one.steps[step]?.[0];
    const value = call?.slots.find((each) => each.name === arg.slot)?.value;
    const first = Math.min(...one.calls.map((each) => each.ordinal));
    const holds = explains(program, arg, step, one);
    return call && value !== undefined ? [{ run: one.run, value, holds, at: call.ordinal, first }] : [];
  });
  if (seen.length < occurrences.length || !isUsual(seen)) return null;
  const whole = asParam(program, step, arg.slot);
  const name = whole.params.at(-1)?.name ?? '';
  return insteadOf(whole, name, { kind: 'default', name, from: expr });
}

function asLink(program: Program, link: Link): Program {
  return { ...program, links: [...program.links, link] };
}

/**
 * Mends a program whose replay fails in some occurrences: the argument that differs becomes a parameter, or where that is
 * rare, a condition of the structure. Null where there is nothing to mend.
 */
export function repair(program: Program, occurrences: readonly Occurrence[]): Program | null {
  const failed = occurrences.filter((one) => one.payload === null);
  for (const [step, { args }] of program.steps.entries()) {
    for (const arg of args) {
      const wrong = failed.filter((one) => !explains(program, arg, step, one)).length;
      if (wrong === 0) continue;
      const { expr } = arg;
      if (expr.kind === 'get' && wrong <= occurrences.length * noiseShare) {
        return asLink(program, {
          from: expr.step,
          to: step,
          slot: arg.slot,
          source: { kind: 'result', path: expr.path, change: expr.change },
          map: false,
        });
      }
      return asDefault(program, { step, arg }, occurrences) ?? asParam(program, step, arg.slot);
    }
  }
  for (const one of failed) {
    const [first] = disagreeing(program, one);
    if (!first) continue;
    const wrong = failed.filter((other) =>
      disagreeing(program, other).some((each) => each.step === first.step && each.slot === first.slot),
    );
    if (wrong.length <= occurrences.length * noiseShare) {
      return asLink(program, {
        from: first.from.step,
        to: first.step,
        slot: first.slot,
        source: { kind: 'argument', slot: first.from.slot },
        map: false,
      });
    }
    return asParam(program, first.step, first.slot);
  }
  return null;
}
