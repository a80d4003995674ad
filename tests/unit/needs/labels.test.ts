import { describe, expect, it } from 'vitest';
import { labelsOf, toolsOf } from '../../../src/needs/labels.js';

const cluster = (texts: string[], tools: Record<string, number> = {}) => ({
  texts,
  acts: texts.length,
  toolUse: new Map(Object.entries(tools)),
});

describe('labels', () => {
  it('name the tool and the terms that set a cluster apart', () => {
    const labels = labelsOf([
      cluster(['refund the broken kettle order', 'refund a broken lamp order', 'I want a refund for my order'], {
        get_order: 3,
        issue_refund: 3,
      }),
      cluster(['change the address of my order', 'new address for order id', 'wrong address on the order'], {
        get_order: 3,
        change_address: 2,
      }),
    ]);
    expect(labels).toEqual(['issue refund: broken', 'change address']);
  });

  it('are terms alone where no tool was called', () => {
    const labels = labelsOf([
      cluster(['parser error in dates', 'parser error on tabs']),
      cluster(['colour of the button', 'colour of the bar']),
    ]);
    expect(labels[0]).toBe('error, parser');
    expect(labels[1]).toContain('colour');
  });

  it('of the only cluster are its tools, else its terms', () => {
    expect(labelsOf([cluster(['refund order'], { 'desk.find_order': 1, 'desk.refund_order': 1 })])).toEqual([
      'desk find order, desk refund order',
    ]);
    expect(labelsOf([cluster(['parser error in dates', 'parser error on tabs'])])).toEqual(['error, parser, dates']);
    expect(labelsOf([cluster(['...'])])).toEqual(['other']);
  });

  it('are never the same, even for clusters that are alike', () => {
    const twin = () => cluster(['refund order', 'refund order'], { issue_refund: 2 });
    const labels = labelsOf([twin(), twin(), cluster(['...']), cluster(['...'])]);
    expect(new Set(labels).size).toBe(4);
  });
});

describe('the tools of a cluster', () => {
  it('are those that most acts use, at most five, most used first', () => {
    const described = cluster(['x'], { a: 1, b: 5, c: 2, d: 2, e: 1, f: 9 });
    expect(toolsOf(described)).toEqual(['f', 'b', 'c', 'd', 'a']);
  });
});
