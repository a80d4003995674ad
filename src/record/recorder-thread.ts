import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { createServices } from '../services.js';
import type { RecorderAnswer, RecorderData, RecorderRequest } from './recorder.js';
import { RecordingWriter } from './recording-writer.js';

// The thread on which sessions are written down: its store connection is its own.
const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');
const { config, session } = workerData as RecorderData;
// Who names a command to be recorded consents to that; what is denied was asked about before this thread was started.
const { deny } = config.file.consent ?? {};
const file = { ...config.file, consent: deny ? { deny } : {} };
const services = createServices({ ...config, file }, { jobs: 'none' });
const { store, evidence, clock, log } = services;
const newId = (): string => `session_${randomBytes(8).toString('hex')}`;
const writer = new RecordingWriter({
  config: services.config,
  store,
  evidence,
  clock,
  log,
  session: { ...session, newId },
});

const say = (answer: RecorderAnswer): void => port.postMessage(answer);

port.on('message', (request: RecorderRequest) => {
  if (request.type === 'line') {
    writer.take(request.line, request.from, request.moment);
    say({ type: 'taken', bytes: request.line.length });
    return;
  }
  writer.counts.not_observed = request.notObserved;
  void writer
    .close(request.moment)
    .then(() => services.close())
    .catch((error: unknown) => log.report(error, 'record'))
    .finally(() => say({ type: 'closed' }));
});
writer.recover();
