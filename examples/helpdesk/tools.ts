import * as z from 'zod';
import type { Desk, Order } from './data.js';

export type Result = Record<string, unknown>;

export interface DeskTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly readOnly: boolean;
  run(desk: Desk, args: Record<string, unknown>): Result;
}

/** A refusal by the help desk: the caller sees the sentence. */
export class DeskError extends Error {
  override readonly name = 'DeskError';
}

const id = (what: string) => z.string().describe(`Id of the ${what}`);

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new DeskError(`There is no such ${what}.`);
  return value;
}

function orderView({ order_id, item, product_id, price, tracking_id, status }: Order): Result {
  return { order_id, item, product_id, price, tracking_id, status };
}

function tool<S extends z.ZodRawShape>(
  definition: { name: string; description: string; readOnly: boolean; shape: S },
  run: (desk: Desk, args: z.infer<z.ZodObject<S>>) => Result,
): DeskTool {
  const input = z.object(definition.shape);
  return { ...definition, input, run: (desk, args) => run(desk, input.parse(args)) };
}

/** The eleven tools of the help desk, the same for its MCP server and for the recordings. */
export const deskTools: readonly DeskTool[] = [
  tool(
    { name: 'get_ticket', description: 'Read a ticket', readOnly: true, shape: { ticket_id: id('ticket') } },
    (desk, args) => {
      const { family: _, ...ticket } = found(desk.tickets.get(args.ticket_id), 'ticket');
      return Object.fromEntries(Object.entries(ticket).filter(([, value]) => value !== null));
    },
  ),
  tool(
    { name: 'get_customer', description: 'Read a customer', readOnly: true, shape: { customer_id: id('customer') } },
    (desk, args) => ({
      ...found(desk.customers.get(args.customer_id), 'customer'),
    }),
  ),
  tool(
    {
      name: 'list_orders',
      description: "List a customer's orders",
      readOnly: true,
      shape: { customer_id: id('customer') },
    },
    (desk, args) => {
      const { customer_id } = found(desk.customers.get(args.customer_id), 'customer');
      return { orders: [...desk.orders.values()].filter((order) => order.customer_id === customer_id).map(orderView) };
    },
  ),
  tool(
    { name: 'get_order', description: 'Read an order', readOnly: true, shape: { order_id: id('order') } },
    (desk, args) => orderView(found(desk.orders.get(args.order_id), 'order')),
  ),
  tool(
    {
      name: 'get_shipment',
      description: 'Say where a parcel is',
      readOnly: true,
      shape: { tracking_id: id('parcel') },
    },
    (desk, args) => {
      const order = found(
        [...desk.orders.values()].find((each) => each.tracking_id === args.tracking_id),
        'parcel',
      );
      return {
        tracking_id: order.tracking_id,
        place: order.status === 'delivered' ? 'at the customer' : `depot ${order.order_id.slice(-1)}`,
      };
    },
  ),
  tool(
    {
      name: 'get_product',
      description: 'Read a product and its warranty',
      readOnly: true,
      shape: { product_id: id('product') },
    },
    (desk, args) => ({
      ...found(desk.products.get(args.product_id), 'product'),
    }),
  ),
  tool(
    {
      name: 'search_articles',
      description: 'Find help articles on a topic',
      readOnly: true,
      shape: { topic: z.string().describe('One word') },
    },
    (desk, args) => ({
      articles: desk.articles.filter((article) => article.topic === args.topic),
    }),
  ),
  tool(
    { name: 'refund_order', description: 'Refund an order', readOnly: false, shape: { order_id: id('order') } },
    (desk, args) => {
      const order = found(desk.orders.get(args.order_id), 'order');
      if (order.status === 'refunded') throw new DeskError('The order has been refunded already.');
      order.status = 'refunded';
      return { order_id: order.order_id, status: order.status, amount: order.price };
    },
  ),
  tool(
    { name: 'cancel_order', description: 'Cancel an open order', readOnly: false, shape: { order_id: id('order') } },
    (desk, args) => {
      const order = found(desk.orders.get(args.order_id), 'order');
      if (order.status !== 'processing') throw new DeskError('Only an order in processing can be cancelled.');
      order.status = 'cancelled';
      return { order_id: order.order_id, status: order.status };
    },
  ),
  tool(
    {
      name: 'update_address',
      description: "Change a customer's address",
      readOnly: false,
      shape: { customer_id: id('customer'), address: z.string().describe('New address') },
    },
    (desk, args) => {
      const customer = found(desk.customers.get(args.customer_id), 'customer');
      customer.address = args.address;
      return { customer_id: customer.customer_id, address: customer.address };
    },
  ),
  tool(
    { name: 'close_ticket', description: 'Close a ticket', readOnly: false, shape: { ticket_id: id('ticket') } },
    (desk, args) => {
      const ticket = found(desk.tickets.get(args.ticket_id), 'ticket');
      if (ticket.status === 'closed') throw new DeskError('The ticket is closed already.');
      ticket.status = 'closed';
      return { ticket_id: ticket.ticket_id, status: ticket.status };
    },
  ),
];
