import { id, number, type Roll, some } from './families.js';
import type { Event } from './traces.js';

/** The address of a letter is written in capitals, and the directory knows only small letters. */
function smallLetters(roll: Roll): Event[] {
  const letter = id(roll, 'L');
  const sender = `${id(roll, 'Anna')}@Example.COM`;
  return [
    { user: `Who wrote ${letter}?` },
    { tool: 'open_letter', args: { letter_id: letter }, result: { id: letter, sender } },
    { tool: 'find_person', args: { email: sender.toLowerCase() }, result: { person: id(roll, 'P') } },
  ];
}

/** The cheapest of the offers is taken. */
function cheapest(roll: Roll): Event[] {
  const trip = id(roll, 'TRIP');
  const offers = some(roll, 3, () => ({
    offer_id: id(roll, 'F'),
    price: 100 + number(roll, 9_000),
    leaves: `2026-03-${10 + number(roll, 20)}T0${number(roll, 10)}:15:00`,
  }));
  const best = offers.reduce((least, one) => (one.price < least.price ? one : least));
  return [
    { user: `Book the cheapest seat for ${trip}.` },
    { tool: 'search_offers', args: { trip_id: trip }, result: { offers } },
    { tool: 'book_offer', args: { offer_id: best.offer_id }, result: { booking: id(roll, 'B') } },
  ];
}

/** All numbers of a list go into one call. */
function together(roll: Roll): Event[] {
  const shelf = id(roll, 'S');
  const books = some(roll, 1, () => ({ isbn: id(roll, 'ISBN'), pages: 50 + number(roll, 500) }));
  return [
    { user: `Lend everything on ${shelf}.` },
    { tool: 'list_shelf', args: { shelf_id: shelf }, result: { books } },
    { tool: 'lend_books', args: { isbns: books.map((one) => one.isbn) }, result: { due: id(roll, 'D') } },
  ];
}

/** The day of a moment, and the total of a list. */
function dayAndTotal(roll: Roll): Event[] {
  const project = id(roll, 'J');
  const entries = some(roll, 2, () => ({ hours: 100 + number(roll, 900), note: id(roll, 'n') }));
  const closed = `2026-0${1 + number(roll, 9)}-1${number(roll, 10)}T16:20:00Z`;
  return [
    { user: `Bill project ${project}.` },
    { tool: 'get_timesheet', args: { project_id: project }, result: { closed, entries } },
    {
      tool: 'send_bill',
      args: { day: closed.slice(0, 10), hours: entries.reduce((sum, one) => sum + one.hours, 0), project_id: project },
      result: { bill: id(roll, 'X') },
    },
  ];
}

/** What stands behind the slash, and a number that is written as a text. */
function parts(roll: Roll): Event[] {
  const parcel = id(roll, 'Q');
  const [depot, slot] = [id(roll, 'depot'), 1_000 + number(roll, 9_000)];
  return [
    { user: `Where is ${parcel} kept?` },
    { tool: 'scan_parcel', args: { parcel_id: parcel }, result: { place: `${id(roll, 'city')}/${depot}`, slot } },
    { tool: 'ask_depot', args: { depot, slot: String(slot) }, result: { shelf: id(roll, 'shelf') } },
  ];
}

/** Only the open ones are cancelled. */
function onlyOpen(roll: Roll): Event[] {
  const customer = id(roll, 'C');
  const orders = some(roll, 2, () => ({
    order_id: id(roll, 'O'),
    state: ['open', 'sent', 'closed'][number(roll, 3)] ?? '',
    paid: roll() < 0.5,
  }));
  const open = orders.filter((one) => one.state === 'open');
  return [
    { user: `Cancel what can be cancelled for ${customer}.` },
    { tool: 'find_orders', args: { customer_id: customer }, result: { orders } },
    ...open.map(
      (one): Event => ({ tool: 'cancel_order', args: { order_id: one.order_id }, result: { refund: id(roll, 'R') } }),
    ),
  ];
}

/** Everything but the archived. */
function allButArchived(roll: Roll): Event[] {
  const folder = id(roll, 'DIR');
  const files = some(roll, 2, () => ({
    file_id: id(roll, 'FILE'),
    archived: roll() < 0.4,
    bytes: number(roll, 9_999),
  }));
  return [
    { user: `Check the files in ${folder}.` },
    { tool: 'list_files', args: { folder_id: folder }, result: { files } },
    ...files
      .filter((one) => !one.archived)
      .map((one): Event => ({ tool: 'check_file', args: { file: one.file_id }, result: { sum: id(roll, 'H') } })),
  ];
}

/** A letter goes out only to those who want one, before the account is closed. */
function noteFirst(roll: Roll): Event[] {
  const account = id(roll, 'A');
  const owner = { owner_id: id(roll, 'W'), wants_letter: roll() < 0.5, kind: roll() < 0.5 ? 'firm' : 'person' };
  return [
    { user: `Close account ${account}.` },
    { tool: 'read_account', args: { account_id: account }, result: { account_id: account, owner } },
    ...(owner.wants_letter
      ? [{ tool: 'send_letter', args: { to: owner.owner_id, text: 'closing' }, result: { letter: id(roll, 'L') } }]
      : []),
    { tool: 'close_account', args: { account_id: account }, result: { closed: id(roll, 'Z') } },
  ];
}

/** A list in each element of a list. */
function nestedLists(roll: Roll): Event[] {
  const batch = id(roll, 'BATCH');
  const boxes = some(roll, 1, () => ({
    box: id(roll, 'BOX'),
    vials: some(roll, 1, () => ({ vial_id: id(roll, 'V') })),
  }));
  return [
    { user: `Test all vials of ${batch}.` },
    { tool: 'open_batch', args: { batch_id: batch }, result: { boxes } },
    ...boxes.flatMap(({ vials }) =>
      vials.map(
        (one): Event => ({ tool: 'test_vial', args: { vial_id: one.vial_id }, result: { result: id(roll, 'pass') } }),
      ),
    ),
  ];
}

/** Two calls for each element, and one call with what all of them gave. */
function eachThenAll(roll: Roll): Event[] {
  const team = id(roll, 'TEAM');
  const members = some(roll, 1, () => ({ member: id(roll, 'M') }));
  const looked = members.map(({ member }) => ({ member, desk: id(roll, 'DESK'), key: id(roll, 'KEY') }));
  return [
    { user: `Collect the keys of ${team}.` },
    { tool: 'show_team', args: { team_id: team }, result: { team_id: team, members } },
    ...looked.flatMap(({ member, desk, key }): Event[] => [
      { tool: 'find_desk', args: { member }, result: { desk_id: desk } },
      { tool: 'unlock_desk', args: { desk_id: desk }, result: { key_id: key } },
    ]),
    {
      tool: 'store_keys',
      args: { team_id: team, key_ids: looked.map((one) => one.key) },
      result: { stored: id(roll, 'ST') },
    },
  ];
}

/** A name in one piece, where the register has it in two; nothing else ties the calls. */
function wholeName(roll: Roll): Event[] {
  const member = id(roll, 'N');
  const name = { first: id(roll, 'Ada'), last: id(roll, 'Byron') };
  return [
    { user: `Look up ${member}.` },
    { tool: 'read_register', args: { member_id: member }, result: { name, since: 1900 + number(roll, 100) } },
    { tool: 'search_letters', args: { author: `${name.first} ${name.last}` }, result: { letters: [id(roll, 'LT')] } },
  ];
}

/** Names in one text, and a day in another order. */
function invitation(roll: Roll): Event[] {
  const dinner = id(roll, 'DIN');
  const guests = some(roll, 1, () => ({ name: id(roll, 'Guest'), seat: number(roll, 90) }));
  const [month, day] = [1 + number(roll, 9), 10 + number(roll, 19)];
  return [
    { user: `Print the card for ${dinner}.` },
    {
      tool: 'read_dinner',
      args: { dinner_id: dinner },
      result: { held_on: `2026-0${month}-${day}T19:30:00Z`, guests },
    },
    {
      tool: 'print_card',
      args: { names: guests.map((one) => one.name).join('; '), date: `${day}.0${month}.2026` },
      result: { card: id(roll, 'CARD') },
    },
  ];
}

/** It goes to the address on file, but for some who name another one. */
function usualPlace(roll: Roll): Event[] {
  const client = id(roll, 'CL');
  const [onFile, other] = [id(roll, 'street'), id(roll, 'street')];
  const isAsked = roll() < 0.3;
  return [
    { user: `Post the papers of ${client}${isAsked ? ` to ${other} please` : ''}.` },
    { tool: 'open_file', args: { client_id: client }, result: { client, street: onFile, born: id(roll, 'Y') } },
    {
      tool: 'post_papers',
      args: { client_id: client, street: isAsked ? other : onFile },
      result: { posted: id(roll, 'PP') },
    },
  ];
}

/** Fixed words with a number in them, a price times how many, what is left of a budget, and cents. */
function sums(roll: Roll): Event[] {
  const group = id(roll, 'G');
  const guests = some(roll, 1, () => ({ guest: id(roll, 'GUEST') }));
  const [price, budget, fee] = [300 + number(roll, 700), 9_000 + number(roll, 900), 1 + number(roll, 900) / 100];
  return [
    { user: `Invite ${group}.` },
    { tool: 'read_group', args: { group_id: group }, result: { guests, budget } },
    { tool: 'price_evening', args: { group_id: group }, result: { price, fee, tax: '0.35' } },
    {
      tool: 'send_offer',
      args: {
        group_id: group,
        title: `Offer for "${group}" at $${price}`,
        total: price * guests.length,
        left: budget - price,
        deposit: String(price + 25),
        charge: Number((price + fee).toFixed(2)),
      },
      result: { offer: id(roll, 'OFF') },
    },
  ];
}

export const families = {
  smallLetters,
  cheapest,
  together,
  dayAndTotal,
  parts,
  onlyOpen,
  allButArchived,
  noteFirst,
  nestedLists,
  eachThenAll,
  wholeName,
  invitation,
  usualPlace,
  sums,
} as const;
