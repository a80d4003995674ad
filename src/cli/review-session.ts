import type { WorkContext } from '../context.js';
import type { RunTrace } from '../evidence/model.js';
import type { Category, Override } from '../scoring/model.js';
import type { Waiting } from '../scoring/review-queue.js';
import type { Services } from '../services.js';
import { type Answer, type Answers, interruptKey } from './answers.js';
import { likenessOf, screenOf, wholeRun } from './review-screen.js';

interface Desk {
  readonly answers: Answers;
  out(text: string): void;
  /** Whether there is a terminal that can be cleared. */
  readonly isScreen: boolean;
  readonly columns: number;
  readonly work: WorkContext;
}

const verdicts: Readonly<Record<string, Category>> = {
  a: 'accepted',
  accept: 'accepted',
  accepted: 'accepted',
  p: 'partially_accepted',
  partial: 'partially_accepted',
  partially_accepted: 'partially_accepted',
  r: 'rejected',
  reject: 'rejected',
  rejected: 'rejected',
};
const keys = 'a accept  p partly  r reject  s skip  m more  n note  u undo  q quit  ? help';
const help = `  a  accepted: the run did what was asked; it may become a training example
  p  partially accepted: it did a part of it
  r  rejected: it did not
  s  skip: it goes on waiting        m  show the whole run
  n  write a note, the reason of the next verdict
  u  undo the last verdict, also where it was given to several runs
  q  quit: what was decided is kept, the others go on waiting
`;

/** One person's way through the queue. Every verdict is stored at once. */
export class ReviewSession {
  wasInterrupted = false;
  private readonly decided = new Map<string, Category>();
  private readonly passed = new Set<string>();
  private readonly done: { readonly runId: string; readonly overrides: readonly Override[] }[] = [];
  private note = '';
  private takenBack = 0;
  private isOver = false;
  /** What was just done; a screen that is cleared shows it again. */
  private told = '';

  constructor(
    private readonly services: Pick<Services, 'store' | 'scoring'>,
    private readonly queue: readonly Waiting[],
    private readonly desk: Desk,
  ) {}

  get counts(): Record<string, number> {
    const of = (category: Category): number => [...this.decided.values()].filter((one) => one === category).length;
    return {
      waiting: this.queue.length,
      decided: this.decided.size,
      accepted: of('accepted'),
      partially_accepted: of('partially_accepted'),
      rejected: of('rejected'),
      taken_back: this.takenBack,
    };
  }

  async run(): Promise<void> {
    while (!this.isOver) {
      const current = this.queue.find(({ run }) => !this.decided.has(run.run_id) && !this.passed.has(run.run_id));
      if (!current) break;
      await this.decide(current);
    }
    const { decided, waiting, accepted, partially_accepted, rejected } = this.counts;
    const left = (waiting ?? 0) - (decided ?? 0);
    this.desk.out(
      `\n${decided} decided (${accepted} accepted, ${partially_accepted} partially accepted, ${rejected} rejected), ${left} still ${left === 1 ? 'waits' : 'wait'}.\n`,
    );
  }

  private alike(to: Waiting): Waiting[] {
    if (to.likeness === null) return [];
    return this.queue.filter(({ group, run }) => group === to.group && run !== to.run && !this.decided.has(run.run_id));
  }

  private tell(text: string): void {
    this.desk.out(text);
    this.told += text;
  }

  /** The next answer; null, and the end of it all, where there is none or it is to quit. */
  private async next(): Promise<Answer | null> {
    this.desk.out('> ');
    const answer = await this.desk.answers.next();
    if (answer && this.desk.isScreen) this.desk.out(`${/^[\p{L}\p{N}\p{P}]$/u.test(answer.key) ? answer.key : ''}\n`);
    if (answer?.key === interruptKey) this.wasInterrupted = true;
    if (answer && ![interruptKey, 'q', 'quit'].includes(answer.key)) return answer;
    this.isOver = true;
    return null;
  }

  /** Shows a run until it is decided, skipped or left. */
  private async decide(current: Waiting): Promise<void> {
    const { run_id } = current.run;
    const trace = await this.services.store.evidence.getTrace(run_id);
    if (!trace) {
      this.passed.add(run_id);
      return;
    }
    this.show(current, trace);
    for (;;) {
      this.desk.out(`\n${keys}\n`);
      const answer = await this.next();
      if (!answer || (await this.take(answer, current, trace))) return;
    }
  }

  private show(current: Waiting, trace: RunTrace): void {
    const at = this.queue.indexOf(current) + 1;
    const place = { at, of: this.queue.length, alike: this.alike(current).length, columns: this.desk.columns };
    this.desk.out(this.desk.isScreen ? '\u001b[2J\u001b[H' : `\n${'-'.repeat(this.desk.columns)}\n`);
    if (this.desk.isScreen && this.told !== '') this.desk.out(`${this.told}\n`);
    this.told = '';
    this.desk.out(screenOf(current, trace, place));
  }

  /** @returns whether the run is done with */
  private async take({ key, rest }: Answer, current: Waiting, trace: RunTrace): Promise<boolean> {
    const category = Object.hasOwn(verdicts, key) ? verdicts[key] : undefined;
    if (category) {
      await this.judge(current, category, rest === '' ? this.note : rest);
      return true;
    }
    switch (key) {
      case 's':
      case 'skip':
        this.passed.add(current.run.run_id);
        return true;
      case 'u':
      case 'undo':
        return this.undo();
      case 'm':
      case 'more':
        this.desk.out(`\n${wholeRun(trace, this.desk.columns)}`);
        return false;
      case 'n':
      case 'note':
        await this.takeNote(rest);
        return false;
      default:
        this.desk.out(key === '?' || key === 'help' ? help : 'That is no answer.\n');
        return false;
    }
  }

  private async takeNote(rest: string): Promise<void> {
    let text: string | null = rest;
    if (rest === '') {
      this.desk.out('note: ');
      text = await this.desk.answers.text();
    }
    this.note = (text ?? '').trim();
    this.desk.out(this.note === '' ? '\nNo note.\n' : '\nNoted: it goes with the next verdict.\n');
  }

  private async judge(current: Waiting, category: Category, said: string): Promise<void> {
    const { run_id } = current.run;
    const markers = [...new Set(current.reasons.map((reason) => reason.marker))].join(', ');
    const reason = said === '' ? `Looked at by a person; the scorer found ${markers}.` : said;
    const { scoring } = this.services;
    const overrides = [...(await scoring.overrideAll([run_id], { category, reason }, this.desk.work))];
    this.decided.set(run_id, category);
    this.note = '';
    // The one is kept whatever comes of the others, so it can be undone from now on.
    const done = { runId: run_id, overrides };
    this.done.push(done);
    this.tell(`${run_id} is now ${category}.\n`);
    const others = this.alike(current).map(({ run }) => run.run_id);
    if (others.length === 0 || !(await this.wantsAll(current, others.length, category))) return;
    const same = { category, reason: `As ${run_id}: ${reason}` };
    overrides.push(...(await scoring.overrideAll(others, same, this.desk.work)));
    for (const other of others) this.decided.set(other, category);
    this.tell(`${others.length} more ${others.length === 1 ? 'is' : 'are'} now ${category}.\n`);
  }

  private async wantsAll(current: Waiting, count: number, category: Category): Promise<boolean> {
    const [which, them] = count === 1 ? ['One more run has', 'it'] : [`${count} more runs have`, 'them'];
    for (;;) {
      this.desk.out(`${which} the ${likenessOf(current)}.\n${category} for ${them}, too?  y yes  n no\n`);
      const answer = await this.next();
      if (answer?.key === 'y' || answer?.key === 'yes') return true;
      if (!answer || answer.key === 'n' || answer.key === 'no') return false;
    }
  }

  /** @returns whether another run is to be shown */
  private async undo(): Promise<boolean> {
    const last = this.done.pop();
    if (!last) {
      this.desk.out('Nothing was decided yet.\n');
      return false;
    }
    await this.services.scoring.takeBack(last.overrides, this.desk.work);
    for (const { run_id } of last.overrides) this.decided.delete(run_id);
    this.takenBack += last.overrides.length;
    this.passed.delete(last.runId);
    this.tell(`Taken back: ${last.overrides.length === 1 ? last.runId : `${last.overrides.length} runs`}.\n`);
    return true;
  }
}
