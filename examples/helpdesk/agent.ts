import type { Desk, Order, Ticket } from './data.js';
import { createRandom, type Random } from './random.js';
import { DeskError, deskTools, type Result } from './tools.js';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: { id: string; name: string; args: Record<string, unknown> }[];
  readonly tool_call_id?: string;
  readonly name?: string;
  readonly is_error?: boolean;
}

export interface Recording {
  readonly id: string;
  readonly ticket: Ticket;
  readonly messages: readonly Message[];
  /** 1 where the desk is afterwards as the ticket asked, else 0. Judged from the desk, not from the script. */
  readonly reward: 0 | 1;
}

/** How often the agent strays, as shares of tickets or calls. */
export interface Noise {
  /** a call that nobody needed */
  readonly idle: number;
  /** a call that fails once and is repeated */
  readonly retry: number;
  /** an id typed wrong and mended */
  readonly slip: number;
  /** a run that goes wrong for good */
  readonly blunder: number;
}

export const usualNoise: Noise = { idle: 0.12, retry: 0.06, slip: 0.05, blunder: 0.12 };

const system =
  'You work at the help desk of a shop. Handle the ticket that you are given with your tools, close it when it is done, and say in one sentence what you did.';

/** One run in the making: what was said and called so far. */
class Transcript {
  readonly messages: Message[] = [{ role: 'system', content: system }];
  #calls = 0;

  constructor(
    readonly desk: Desk,
    readonly random: Random,
    readonly noise: Noise,
    readonly id: string,
  ) {}

  say(role: 'user' | 'assistant', content: string): void {
    this.messages.push({ role, content });
  }

  /** Calls a tool, sometimes after a failure that passes; the answer is that of the desk. */
  call(name: string, args: Record<string, unknown>): Result {
    if (this.random.chance(this.noise.retry))
      this.#record(name, args, 'Error: temporarily unavailable, try again', true);
    const tool = deskTools.find((each) => each.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    try {
      const result = tool.run(this.desk, args);
      this.#record(name, args, JSON.stringify(result), false);
      return result;
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      this.#record(name, args, `Error: ${error.message}`, true);
      return {};
    }
  }

  #record(name: string, args: Record<string, unknown>, content: string, isError: boolean): void {
    const id = `call_${this.id}_${this.#calls++}`;
    this.messages.push({ role: 'assistant', content: null, tool_calls: [{ id, name, args }] });
    this.messages.push({ role: 'tool', content, tool_call_id: id, name, is_error: isError });
  }

  stray(): void {
    if (!this.random.chance(this.noise.idle)) return;
    this.call('search_articles', { topic: this.random.pick(['returns', 'battery', 'storage']) });
  }
}

function ordersOf(result: Result): Order[] {
  return (result['orders'] as Order[] | undefined) ?? [];
}

/** What a careful agent does for each family of tickets; `wrong` makes it go astray where the family can. */
const scripts: Record<Ticket['family'], (run: Transcript, ticket: Ticket, wrong: boolean) => string> = {
  refund(run, ticket, wrong) {
    const orders = ordersOf(run.call('list_orders', { customer_id: ticket.customer_id }));
    run.stray();
    const right = orders.find((order) => order.item === ticket.item);
    const chosen = wrong ? orders.find((order) => order !== right) : right;
    if (!chosen) return 'I could not find the order.';
    const refund = run.call('refund_order', { order_id: chosen.order_id });
    run.call('close_ticket', { ticket_id: ticket.ticket_id });
    return `I refunded ${refund['amount']} for the ${chosen.item}.`;
  },
  where_is_it(run, ticket, wrong) {
    const orders = ordersOf(run.call('list_orders', { customer_id: ticket.customer_id }));
    run.stray();
    const seen = (wrong ? orders.slice(0, 1) : orders).map((order) =>
      run.call('get_shipment', { tracking_id: order.tracking_id }),
    );
    if (!wrong) run.call('close_ticket', { ticket_id: ticket.ticket_id });
    return `The parcels: ${seen.map((parcel) => `${parcel['tracking_id']} is ${parcel['place']}`).join('; ')}.`;
  },
  new_address(run, ticket, wrong) {
    const customer = run.call('get_customer', { customer_id: ticket.customer_id });
    run.stray();
    if (!wrong) run.call('update_address', { customer_id: ticket.customer_id, address: ticket.new_address });
    run.call('close_ticket', { ticket_id: ticket.ticket_id });
    return `The address of ${customer['name']} is changed.`;
  },
  warranty(run, ticket, wrong) {
    const order = run.call('get_order', { order_id: ticket.order_id });
    run.stray();
    if (wrong) return 'It should be about a year.';
    const product = run.call('get_product', { product_id: order['product_id'] });
    run.call('close_ticket', { ticket_id: ticket.ticket_id });
    return `The ${product['name']} has a warranty of ${product['warranty_months']} months.`;
  },
  cancel_all(run, ticket, wrong) {
    const orders = ordersOf(run.call('list_orders', { customer_id: ticket.customer_id }));
    run.stray();
    for (const order of wrong ? orders.slice(1) : orders) run.call('cancel_order', { order_id: order.order_id });
    run.call('close_ticket', { ticket_id: ticket.ticket_id });
    return 'All open orders are cancelled.';
  },
  how_to(run, ticket, wrong) {
    const found = run.call('search_articles', { topic: wrong ? 'returns' : ticket.topic });
    run.call('close_ticket', { ticket_id: ticket.ticket_id });
    const [article] = found['articles'] as { title: string }[];
    return article ? `Please read "${article.title}".` : 'There is nothing about that.';
  },
};

const asks = [
  'Please take care of ticket',
  'Handle ticket',
  'Can you work on ticket',
  'Next one:',
  'Please answer ticket',
];

function work(desk: Desk, ticket: Ticket, place: number, seed: number, noise: Noise): Recording {
  const random = createRandom(seed * 100_003 + place);
  const id = `desk-${seed}-${String(place).padStart(4, '0')}`;
  const run = new Transcript(desk, random, noise, id);
  run.say('user', `${random.pick(asks)} ${ticket.ticket_id}.`);
  if (random.chance(noise.slip)) run.call('get_ticket', { ticket_id: ticket.ticket_id.replace('T-', 'T_') });
  const read = run.call('get_ticket', { ticket_id: ticket.ticket_id });
  run.say('assistant', `The ticket says: ${String(read['subject'])}. I will look into it.`);
  const said = scripts[ticket.family](run, ticket, random.chance(noise.blunder));
  run.say('assistant', said);
  return { id, ticket, messages: run.messages, reward: isDone(desk, ticket, said) ? 1 : 0 };
}

/** Whether the desk is now as the ticket asked, and the answer says what was asked for. */
function isDone(desk: Desk, ticket: Ticket, said: string): boolean {
  const own = [...desk.orders.values()].filter((order) => order.customer_id === ticket.customer_id);
  if (ticket.status !== 'closed') return false;
  switch (ticket.family) {
    case 'refund':
      return own.every((order) => (order.status === 'refunded') === (order.item === ticket.item));
    case 'where_is_it':
      return own.every((order) => said.includes(order.tracking_id));
    case 'new_address':
      return desk.customers.get(ticket.customer_id)?.address === ticket.new_address;
    case 'warranty': {
      const product = desk.products.get(desk.orders.get(ticket.order_id ?? '')?.product_id ?? '');
      return product !== undefined && said.includes(`${product.warranty_months} months`);
    }
    case 'cancel_all':
      return own.every((order) => order.status === 'cancelled');
    case 'how_to':
      return said.includes(`All about ${ticket.topic}`);
  }
}

/** Handles every ticket of a desk, in order, and yields what was recorded. */
export function* workThrough(desk: Desk, seed: number, noise: Noise = usualNoise): Generator<Recording> {
  let place = 0;
  for (const ticket of desk.tickets.values()) yield work(desk, ticket, place++, seed, noise);
}
