import type { FileRef } from '../receipts/model.js';
import type { BuildFacts } from './card.js';
import { dataFile } from './files.js';

/** The JSON-LD terms of Croissant 1.1. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  arrayShape: 'cr:arrayShape',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  prov: 'http://www.w3.org/ns/prov#',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
};

function recordSet(file: { path: string; split: string }): object {
  const field = (name: string): object => ({
    '@type': 'cr:Field',
    '@id': `${file.split}/${name}`,
    name,
    dataType: 'sc:Text',
    source: { fileObject: { '@id': file.path }, extract: { jsonPath: `$.${name}` } },
  });
  return { '@type': 'cr:RecordSet', '@id': file.split, name: file.split, field: [field('messages'), field('tools')] };
}

/** Croissant 1.1 metadata of a data set. */
export function renderCroissant(facts: BuildFacts, files: readonly FileRef[], publishedAt: string): object {
  const { name } = facts.options;
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name,
    description: `Supervised fine-tuning rows (${facts.options.format.name}) from accepted runs of agents: ${facts.rows} rows.`,
    license: 'unknown',
    url: `datasets://${facts.datasetId}`,
    creator: { '@type': 'sc:Organization', name: 'Capability Foundry' },
    datePublished: publishedAt.slice(0, 10),
    version: '1.0.0',
    distribution: files.map((file) => ({
      '@type': 'cr:FileObject',
      '@id': file.path,
      name: file.path,
      contentUrl: file.path,
      contentSize: `${file.bytes} B`,
      encodingFormat: 'application/jsonl',
      sha256: file.sha256,
    })),
    recordSet: facts.files.map((file) => recordSet({ path: dataFile(name, file.split), split: file.split })),
    'prov:wasDerivedFrom': facts.sources.map((source) => ({ '@id': `source:${encodeURIComponent(source)}` })),
    'prov:wasGeneratedBy': { '@type': 'prov:Activity', '@id': `receipts://${facts.receiptId}` },
    'prov:wasAttributedTo': { '@type': 'prov:SoftwareAgent', '@id': 'capability-foundry' },
  };
}
