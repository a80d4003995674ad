import { describe, expect, it } from 'vitest';
import { actsOf } from '../../../src/needs/acts.js';
import { type Said, traceOf } from './traces.js';

const read = (said: readonly Said[]) => actsOf(traceOf('run_1', said));
const order = { id: 'A-17', state: 'shipped' };

describe('acts of a run of messages', () => {
  it('make one act of what the user asked, the calls made for it, and what came back', () => {
    const acts = read([
      { user: 'Hello! Where is my order A-17?' },
      { assistant: null, calls: [['get_order', { id: 'A-17' }, order]] },
      { assistant: 'It was shipped.' },
    ]);
    expect(acts).toHaveLength(1);
    expect(acts[0]).toMatchObject({
      run_id: 'run_1',
      ordinal: 0,
      intent: 'Where is my order A-17?',
      action: 'get order',
      calls: [{ tool: 'get_order', arguments: { id: 'A-17' }, result: order, failed: false }],
      observation: '{"id":"A-17","state":"shipped"}',
    });
    expect(acts[0]?.evidence_ids).toHaveLength(4);
  });

  it('take the step that the agent announces as the action', () => {
    const [act] = read([
      { user: 'Where is my order A-17?' },
      { assistant: 'I will look up the order in the warehouse.', calls: [['get_order', {}, order]] },
    ]);
    expect(act?.action).toBe('I will look up the order in the warehouse.');
  });

  it('let a turn without a call wait, and put its words before those of the turn that is acted on', () => {
    const acts = read([
      { user: 'I want to return a broken kettle.' },
      { assistant: 'What is your order number?' },
      { user: 'The number is A-17, bought last week.' },
      { assistant: null, calls: [['get_order', {}, order]] },
    ]);
    expect(acts.map((act) => act.intent)).toEqual([
      'I want to return a broken kettle. The number is A-17, bought last week.',
    ]);
  });

  it('attach a bare confirmation and its calls to the act that it confirms', () => {
    const acts = read([
      { user: 'Please cancel order A-17.' },
      { assistant: null, calls: [['get_order', {}, order]] },
      { assistant: 'It costs nothing. Shall I cancel it?' },
      { user: 'Yes, please go ahead and cancel it.' },
      { assistant: null, calls: [['cancel_order', {}, 'done']] },
    ]);
    expect(acts.map((act) => act.calls.map((call) => call.tool))).toEqual([['get_order', 'cancel_order']]);
    expect(acts[0]?.intent).toBe('Please cancel order A-17.');
  });

  it('begin a new act where the user asks for more', () => {
    const acts = read([
      { user: 'Please cancel order A-17.' },
      { assistant: null, calls: [['cancel_order', {}, 'done']] },
      { assistant: 'Done. Anything else?' },
      { user: 'Yes, change the address of order A-18 to Elm Street 5.' },
      { assistant: null, calls: [['change_address', {}, 'done']] },
    ]);
    expect(acts.map((act) => act.intent)).toEqual([
      'Please cancel order A-17.',
      'Yes, change the address of order A-18 to Elm Street 5.',
    ]);
  });

  it('split an autonomous stretch where the agent announces its next step', () => {
    const acts = read([
      { user: 'Make the build green again.' },
      { assistant: 'Running the tests first.', calls: [['run_tests', {}, '2 failed']] },
      { assistant: 'Now mend the date parser.', calls: [['edit_file', {}, 'ok']] },
      { assistant: 'Done.', calls: [['run_tests', {}, 'all passed']] },
    ]);
    expect(acts.map((act) => [act.intent, act.action, act.calls.length])).toEqual([
      ['Make the build green again.', 'Running the tests first.', 1],
      ['Now mend the date parser.', 'edit file, then run tests', 2],
    ]);
  });

  it('make an act without calls of a question that was answered in words', () => {
    const acts = read([
      { user: 'How long does a refund to a credit card take?' },
      { assistant: 'Five working days.' },
      { user: 'Thanks a lot, bye!' },
      { assistant: 'You are welcome. Is there anything else?' },
    ]);
    expect(acts).toHaveLength(1);
    expect(acts[0]).toMatchObject({
      intent: 'How long does a refund to a credit card take?',
      calls: [],
      action: '',
      observation: 'Five working days.',
    });
  });

  it('find no act in greetings, thanks, promises to come back and silence', () => {
    expect(read([{ user: 'Hi there!' }, { assistant: 'Hello. How can I help?' }])).toEqual([]);
    expect(
      read([{ user: "I'll find my order number and get back to you." }, { assistant: 'Take your time.' }]),
    ).toEqual([]);
    expect(read([{ user: 'Where is my order A-17, which I paid for?' }])).toEqual([]);
  });

  it('leave out text in the place of a user that no person wrote', () => {
    const acts = read([
      { user: 'Reminder: the to-do list is empty at the moment, consider it', human: false },
      { user: 'Where is my order A-17?' },
      { assistant: null, calls: [['get_order', {}, order]] },
    ]);
    expect(acts.map((act) => act.intent)).toEqual(['Where is my order A-17?']);
  });

  it('keep the calls of a sub-agent apart from those of the agent that started it', () => {
    const acts = read([
      { user: 'Find out who wrote the parser and mend it.' },
      { assistant: null, calls: [['start_agent', {}, 'started']] },
      { user: 'Search the history for the author of the parser.', sidechain: true },
      { assistant: null, calls: [['search_history', {}, 'Ada']], sidechain: true },
      { assistant: null, calls: [['edit_file', {}, 'ok']] },
    ]);
    expect(acts.map((act) => act.calls.map((call) => call.tool))).toEqual([
      ['start_agent', 'edit_file'],
      ['search_history'],
    ]);
  });

  it('observe the error where nothing else came back', () => {
    const [act] = read([
      { user: 'Please cancel order A-17.' },
      { assistant: null, calls: [['cancel_order', {}, 'Error: order not found']] },
    ]);
    expect(act).toMatchObject({ observation: 'Error: order not found', calls: [{ failed: true }] });
  });

  it('keep only the beginning of a long result, for the whole stands in the evidence', () => {
    const [act] = read([
      { user: 'Show me all orders of the last year.' },
      { assistant: null, calls: [['list_orders', {}, { rows: 'x'.repeat(10_000) }]] },
    ]);
    expect(String(act?.calls[0]?.result)).toMatch(/^\{"rows":"x+\.\.\.$/);
    expect(String(act?.calls[0]?.result).length).toBeLessThan(4_100);
  });

  it('have the same ids for the same run, and others for another run', () => {
    const said: Said[] = [{ user: 'Where is my order A-17?' }, { assistant: null, calls: [['get_order', {}, order]] }];
    expect(read(said)).toEqual(read(said));
    expect(actsOf(traceOf('run_2', said))[0]?.act_id).not.toBe(read(said)[0]?.act_id);
  });
});

describe('acts that others mined', () => {
  it('stand for themselves, with their latent calls as tools', () => {
    const acts = read([
      {
        act: {
          act_id: 'a#1',
          intent: 'Clarify_Misunderstanding',
          action: 'Ask for a definition of the term.',
          role: 'Reviewer',
          grounding_ref: 'Sec 3',
          source_seg_ids: ['s1', 's2'],
          latent_calls: [
            {
              tool_category: 'Textual_Analysis',
              operation: 'Request_Definition',
              target_type: 'Key_Term',
              outcome: 'Asked.',
            },
          ],
        },
      },
    ]);
    expect(acts[0]).toMatchObject({
      intent: 'clarify misunderstanding',
      action: 'Ask for a definition of the term.',
      grounding: 'Sec 3',
      segments: ['s1', 's2'],
      observation: 'Asked.',
      calls: [
        { tool: 'Textual_Analysis.Request_Definition', arguments: { target_type: 'Key_Term' }, result: 'Asked.' },
      ],
    });
  });
});
