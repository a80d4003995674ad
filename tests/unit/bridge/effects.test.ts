import { describe, expect, test } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';

describe('the verb of a tool name', () => {
  test.each([
    'book_reservation',
    'cancel_reservation',
    'update_reservation_flights',
    'send_certificate',
    'transfer_to_human_agents',
    'desk.close_ticket',
    'mcp__desk__assign_ticket',
    'closeTicket',
    'order_pizza',
    'hold_seats',
    'refuel_data',
    'escalate',
    'user-delete',
    'modify_pending_order_items',
  ])('%s changes state', (name) => {
    expect(isDestructiveName(name)).toBe(true);
  });

  test.each([
    'get_user_details',
    'list_all_airports',
    'search_direct_flight',
    'find_user_id_by_email',
    'calculate',
    'think',
    'lookup_order',
    'desk.get_update_log',
    'mcp__delete_server__get_thing',
    'order_status',
    'hold_status',
    'checkWarranty',
    'weather',
    '',
  ])('%s does not', (name) => {
    expect(isDestructiveName(name)).toBe(false);
  });
});
