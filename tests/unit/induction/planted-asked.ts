import { id, number, type Roll, some } from './families.js';
import type { Event } from './traces.js';

const oneOf = <T extends string>(roll: Roll, from: readonly T[]): string => from[number(roll, from.length)] ?? '';

const states = ['open', 'sent', 'closed'];

/** Only the orders in the state that the customer names are cancelled. */
function asState(roll: Roll): Event[] {
  const [customer, state] = [id(roll, 'C'), oneOf(roll, states)];
  const orders = some(roll, 3, () => ({ order_id: id(roll, 'O'), state: oneOf(roll, states), paid: roll() < 0.5 }));
  return [
    { user: `Cancel all orders of ${customer} that are ${state}.` },
    { tool: 'find_orders', args: { customer_id: customer }, result: { orders } },
    ...orders
      .filter((one) => one.state === state)
      .map(
        (one): Event => ({ tool: 'cancel_order', args: { order_id: one.order_id }, result: { refund: id(roll, 'R') } }),
      ),
  ];
}

/** Everything but files of the kind that is named; now and then the agent forgets one. */
function allButKind(roll: Roll): Event[] {
  const kinds = ['picture', 'letter', 'table'];
  const [folder, kind] = [id(roll, 'DIR'), oneOf(roll, kinds)];
  const file = (of: string) => ({ file_id: id(roll, 'FILE'), kind: of, bytes: number(roll, 999) });
  const isSlip = roll() < 0.1;
  const files = [...some(roll, 3, () => file(oneOf(roll, kinds))), file(kind)];
  return [
    { user: `Check the files in ${folder}, but no ${kind}.` },
    { tool: 'list_files', args: { folder_id: folder }, result: { files } },
    ...files
      .filter((one) => one.kind !== kind)
      .slice(isSlip ? 1 : 0)
      .map((one): Event => ({ tool: 'check_file', args: { file: one.file_id }, result: { sum: id(roll, 'H') } })),
  ];
}

/** The trains of the day that was asked for, which the search was told too. */
function ofTheDay(roll: Roll): Event[] {
  const [from, day] = [id(roll, 'STATION'), `2026-03-1${number(roll, 3)}`];
  const trains = some(roll, 4, () => ({ train: id(roll, 'TR'), leaves: { day: `2026-03-1${number(roll, 3)}` } }));
  return [
    { user: `Hold the trains from ${from} on ${day}.` },
    { tool: 'search_trains', args: { station: from, around: day }, result: { trains } },
    ...trains
      .filter((one) => one.leaves.day === day)
      .map((one): Event => ({ tool: 'hold_train', args: { train: one.train }, result: { held: id(roll, 'HOLD') } })),
  ];
}

/** The parts of the colour that the order names. */
function ofTheOrder(roll: Roll): Event[] {
  const colours = ['amber', 'violet', 'silver'];
  const [order, store, colour] = [id(roll, 'ORD'), id(roll, 'STORE'), oneOf(roll, colours)];
  const part = (of: string) => ({ part: id(roll, 'PART'), colour: of });
  const parts = [...some(roll, 3, () => part(oneOf(roll, colours))), part(colour)];
  return [
    { user: `Pack ${order}.` },
    { tool: 'read_order', args: { order }, result: { store, finish: colour } },
    { tool: 'list_parts', args: { store }, result: { parts } },
    ...parts
      .filter((one) => one.colour === colour)
      .map((one): Event => ({ tool: 'pack_part', args: { part: one.part }, result: { packed: id(roll, 'PK') } })),
  ];
}

/** The bill for the room that is named; rooms often cost the same, so that the price alone does not tell which it was. */
function samePrice(roll: Roll): Event[] {
  const house = id(roll, 'HOUSE');
  const rooms = some(roll, 3, () => ({ room: id(roll, 'ROOM'), name: id(roll, 'view'), price: 300 + number(roll, 3) }));
  const room = rooms[number(roll, rooms.length)] ?? { room: '', name: '', price: 0 };
  return [
    { user: `Bill the room ${room.name} in ${house}.` },
    { tool: 'list_rooms', args: { house }, result: { rooms } },
    { tool: 'bill_room', args: { amount: room.price, room: room.room }, result: { bill: id(roll, 'BILL') } },
  ];
}

/** In one call those letters that are of the sort that was asked for; nothing else ties the calls. */
function inOneCall(roll: Roll): Event[] {
  const [box, sort] = [id(roll, 'BOX'), oneOf(roll, sorts)];
  const letter = (of: string) => ({ letter: id(roll, 'LET'), sort: of });
  const letters = [...some(roll, 3, () => letter(oneOf(roll, sorts))), letter(sort)];
  const picked = letters.filter((one) => one.sort === sort).map((one) => one.letter);
  return [
    { user: `Burn every ${sort} in ${box}.` },
    { tool: 'look_into', args: { box }, result: { letters } },
    { tool: 'burn_letters', args: { letters: picked, slowly: true }, result: { ashes: id(roll, 'ASH') } },
  ];
}

const sorts = ['poem', 'invoice', 'postcard'];

/** What is still due, added up, and the next of the visits to the place that was named. */
function dueAndNext(roll: Roll): Event[] {
  const [patient, town] = [id(roll, 'PAT'), oneOf(roll, towns)];
  const visit = (at: string) => ({
    visit: id(roll, 'VIS'),
    town: at,
    on: `2026-0${1 + number(roll, 9)}-${10 + number(roll, 18)}`,
    cost: 100 + number(roll, 900),
    paid: roll() < 0.5,
  });
  const visits = [...some(roll, 4, () => visit(oneOf(roll, towns))), visit(town)];
  const due = visits.filter((one) => !one.paid).reduce((sum, one) => sum + one.cost, 0);
  const next = visits.filter((one) => one.town === town).reduce((best, one) => (one.on < best.on ? one : best));
  return [
    { user: `Remind ${patient} of the next visit to ${town}.` },
    { tool: 'list_visits', args: { patient }, result: { visits } },
    { tool: 'send_reminder', args: { due, patient, visit: next.visit }, result: { reminder: id(roll, 'REM') } },
  ];
}

const towns = ['Hamar', 'Bergen', 'Tromso'];

/** A note is added only where the person dictates one. */
function dictated(roll: Roll): Event[] {
  const [file, note] = [id(roll, 'CASE'), id(roll, 'note')];
  const isDictated = roll() < 0.5;
  return [
    { user: `Archive ${file}${isDictated ? ` and note ${note} in it` : ''}.` },
    { tool: 'read_case', args: { case_id: file }, result: { case_id: file, shelf: id(roll, 'SHELF') } },
    ...(isDictated ? [{ tool: 'add_note', args: { case_id: file, text: note }, result: { note: id(roll, 'N') } }] : []),
    { tool: 'close_case', args: { case_id: file }, result: { closed: id(roll, 'Z') } },
  ];
}

/** A driver is called only where the parcel is not fetched by the customer. */
function byDriver(roll: Roll): Event[] {
  const [parcel, way] = [id(roll, 'PARCEL'), oneOf(roll, ['driver', 'counter'])];
  const slot = id(roll, 'SLOT');
  return [
    { user: `Hand out ${parcel} by ${way}.` },
    { tool: 'weigh_parcel', args: { parcel }, result: { grams: 100 + number(roll, 900), label: id(roll, 'LABEL') } },
    { tool: 'book_slot', args: { parcel, way }, result: { slot } },
    ...(way === 'driver' ? [{ tool: 'call_driver', args: { slot }, result: { driver: id(roll, 'DR') } }] : []),
  ];
}

/** A visit is always written down, but the room is opened only for whom it belongs to. */
function ownRoom(roll: Roll): Event[] {
  const [locker, person] = [id(roll, 'LOCKER'), id(roll, 'Person')];
  const owner = roll() < 0.5 ? person : id(roll, 'Person');
  return [
    { user: `${person} stands at ${locker}.` },
    { tool: 'read_locker', args: { locker }, result: { locker, owner, floor: number(roll, 9) } },
    { tool: 'log_visit', args: { locker, visitor: person }, result: { visit: id(roll, 'VISIT') } },
    ...(owner === person ? [{ tool: 'open_locker', args: { locker }, result: { opened: id(roll, 'OP') } }] : []),
  ];
}

export const families = {
  asState,
  allButKind,
  ofTheDay,
  ofTheOrder,
  samePrice,
  inOneCall,
  dueAndNext,
  dictated,
  byDriver,
  ownRoom,
} as const;
