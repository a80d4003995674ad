import type { RunTrace } from '../../../src/evidence/model.js';
import type { JsonObject } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

/** A small generator of random numbers (mulberry32), so that a corpus is the same every time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const items = [
  'Blue Mug',
  'Desk Lamp',
  'Wool Scarf',
  'Rain Coat',
  'Tea Kettle',
  'Chess Set',
  'Picnic Basket',
  'Travel Pillow',
];

interface Desk {
  readonly roll: () => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly id: (prefix: string) => string;
}

function desk(seed: number): Desk {
  const roll = dice(seed);
  const pick = <T>(from: readonly T[]): T => {
    const one = from[Math.floor(roll() * from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  };
  return { roll, pick, id: (prefix) => `${prefix}-${Math.floor(roll() * 900_000) + 100_000}` };
}

function ticket(from: Desk, ticketId: string, fields: JsonObject): Event {
  const result = { id: ticketId, status: 'open', priority: from.pick(['low', 'normal', 'high']), ...fields };
  return { tool: 'get_ticket', args: { ticket_id: ticketId }, result };
}

function customer(from: Desk, customerId: string): Event {
  const result = { id: customerId, email: `${from.id('mail')}@example.com`, tier: from.pick(['basic', 'gold']) };
  return { tool: 'get_customer', args: { customer_id: customerId }, result };
}

/** get_ticket, get_customer(ticket.customer_id), list_orders(customer.id), refund_order(the order of the named item, its total). */
function refund(from: Desk): Event[] {
  const [ticketId, customerId] = [from.id('T'), from.id('C')];
  const names = [...items].sort(() => from.roll() - 0.5).slice(0, 2 + Math.floor(from.roll() * 4));
  const orders = names.map((name) => ({
    id: from.id('O'),
    item: name,
    total: Math.floor(from.roll() * 20_000) + 500,
    status: 'delivered',
  }));
  const wanted = from.pick(orders);
  return [
    { user: `Please handle ticket ${ticketId}: refund the ${wanted.item}.` },
    ticket(from, ticketId, { customer_id: customerId, kind: 'refund' }),
    customer(from, customerId),
    { tool: 'list_orders', args: { customer_id: customerId }, result: { orders } },
    {
      tool: 'refund_order',
      args: { order_id: wanted.id, amount: wanted.total, reason: 'customer_request' },
      result: { refund_id: from.id('R') },
    },
  ];
}

/** get_order(the id that the user gave), then track_parcel for each of its parcels. */
function tracking(from: Desk): Event[] {
  const orderId = from.id('O');
  const parcels = Array.from({ length: 1 + Math.floor(from.roll() * 4) }, () => ({
    id: from.id('P'),
    weight: 1 + from.roll(),
  }));
  return [
    { user: `Where is my order ${orderId}?` },
    { tool: 'get_order', args: { order_id: orderId }, result: { id: orderId, parcels } },
    ...parcels.map(
      (one): Event => ({
        tool: 'track_parcel',
        args: { parcel_id: one.id, detail: 'full' },
        result: { parcel_id: one.id, at: from.pick(['Oslo', 'Bergen', 'Hamar']) },
      }),
    ),
  ];
}

/** get_ticket, get_customer(ticket.customer_id), reset_password(customer.email). */
function reset(from: Desk): Event[] {
  const [ticketId, customerId] = [from.id('T'), from.id('C')];
  const who = customer(from, customerId);
  const email = 'tool' in who ? ((who.result as JsonObject)['email'] ?? '') : '';
  return [
    { user: `Ticket ${ticketId}: they cannot log in. Send a new password.` },
    ticket(from, ticketId, { customer_id: customerId, kind: 'access' }),
    who,
    { tool: 'reset_password', args: { email, channel: 'mail' }, result: { sent: true, token: from.id('K') } },
  ];
}

export const families = { refund, tracking, reset } as const;
export type Family = keyof typeof families;

/** Calls that have nothing to do with the task, a call that fails before it is made again, or a look at the wrong customer. */
function withNoise(from: Desk, events: readonly Event[], share: number): Event[] {
  return events.flatMap((event) => {
    if ('user' in event || from.roll() >= share) return [event];
    const kind = from.pick(['unconnected', 'failed', 'wrong'] as const);
    if (kind === 'failed') return [{ ...event, result: 'Error: try again', failed: true }, event];
    if (kind === 'wrong') return [customer(from, from.id('C')), event];
    return [
      { tool: 'search_articles', args: { query: `how to ${from.id('topic')}` }, result: { articles: [from.id('A')] } },
      event,
    ];
  });
}

/** Runs of all families, in turn. */
export function plantedRuns(options: { runs: number; noise: number; seed: number }): RunTrace[] {
  const from = desk(options.seed);
  const kinds = Object.values(families);
  return Array.from({ length: options.runs }, (_, at) => {
    const make = kinds[at % kinds.length] ?? refund;
    const number = String(at).padStart(5, '0');
    return traceOf(`run_${number}`, `task_${number}`, withNoise(from, make(from), options.noise));
  });
}
