/** Verbs that read, compute or wait: they decide before a changing verb that stands later in the name (`get_update_log`). */
const readingVerbs = new Set(
  `calculate check compare compute count describe diff download echo estimate evaluate examine explain export fetch filter find
  format get grep has inspect is list locate look lookup measure parse ping plan preview print query quote read recall resolve
  retrieve scan search select show summarize tell think translate validate verify view wait watch`.split(/\s+/),
);

/** Verbs that change something outside of the caller. */
const changingVerbs = new Set(
  `accept activate add adjust allocate alter append apply approve archive assign attach authorize ban block book bump buy
  cancel change charge checkout clear close comment commit complete confirm connect consume copy create credit deactivate
  debit decline decrement deduct delete deliver demote deny deploy detach dial disable disconnect dismiss dispatch drop edit
  email enable enroll erase escalate exchange exec execute expire extend finalize fix flush forward grant hold import
  increment insert install invite issue kick kill launch lock log mark merge message migrate modify move mute notify open
  order override overrule overwrite patch pause pay persist post promote provision publish purchase purge push put reassign
  reboot rebuild recharge record redeem refill refuel refund register reject release remind remove rename renew reopen reorder
  replace reply report reschedule resend reserve reset resize restart restore resume return revert revoke rollback rotate run
  save scale schedule send set share ship sign start stop store submit subscribe suspend swap switch sync terminate toggle
  transfer trigger truncate unassign unban unblock undo unhold uninstall unlock unmute unpin unpublish unsubscribe unsuspend
  update upgrade upload upsert void vote wipe withdraw write`.split(/\s+/),
);

/** Changing verbs that are as often nouns: `order_status` reads, `order_pizza` changes. */
const nounLike = new Set(
  'book charge comment credit email hold import issue log message order patch post record refund report return scale schedule share swap transfer vote'.split(
    ' ',
  ),
);

/** What follows a noun in the name of a tool that reads. */
const readingNouns = new Set(
  `amount balance catalog count data date detail details eligibility history id info information limits list lookup options
  policies policy price rules search status summary total type types`.split(/\s+/),
);

/** The words of a tool's own name, without its server: `mcp__desk__closeTicket` and `desk.close-ticket` both give close, ticket. */
function wordsOf(name: string): string[] {
  const own = name.split(/__|[.:/]/).at(-1) ?? name;
  return own
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** What the verb in a tool's name says; `unknown` where no word of it is a known verb. */
export function effectOfName(name: string): 'reads' | 'changes' | 'unknown' {
  const words = wordsOf(name);
  for (const [at, word] of words.entries()) {
    if (readingVerbs.has(word)) return 'reads';
    if (!changingVerbs.has(word)) continue;
    const next = words[at + 1];
    if (nounLike.has(word) && next !== undefined && readingNouns.has(next)) continue;
    return 'changes';
  }
  return 'unknown';
}

/**
 * Whether the verb in a tool's name says that it changes state. The first word that is a known verb decides;
 * a name without one is taken to read. A server's annotations, where there are any, say more than the name.
 */
export function isDestructiveName(name: string): boolean {
  return effectOfName(name) === 'changes';
}

/** What a server's annotations of a tool say. */
export function effectOfAnnotations(
  annotations: Readonly<Record<string, unknown>> | null | undefined,
): 'reads' | 'changes' | 'unknown' {
  const { readOnlyHint, destructiveHint } = annotations ?? {};
  if (readOnlyHint === true) return 'reads';
  return destructiveHint === true || readOnlyHint === false ? 'changes' : 'unknown';
}
