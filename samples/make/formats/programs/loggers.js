// The same lines by pino, bunyan and winston.
const kind = process.argv[2];

function make() {
  if (kind === 'pino') return require('pino')({ name: 'shop', level: 'debug' });
  if (kind === 'bunyan') {
    const bunyan = require('bunyan');
    return bunyan.createLogger({ name: 'shop', level: 'debug', serializers: bunyan.stdSerializers });
  }
  const winston = require('winston');
  const { combine, timestamp, errors, json, simple } = winston.format;
  const format = kind === 'winston'
    ? combine(errors({ stack: true }), timestamp(), json())
    : combine(timestamp(), simple());
  return winston.createLogger({ level: 'debug', format, defaultMeta: { service: 'shop' },
    transports: [new winston.transports.Console()] });
}

const log = make();
const say = (level, fields, message) =>
  kind.startsWith('winston') ? log.log({ level, message, ...fields }) : log[level](fields, message);

for (let id = 1; id <= 9; id++) {
  say('debug', { order_id: id }, `loading order ${id}`);
  say('info', { order_id: id, total: id * 12.5 }, `order ${id} placed`);
  if (id % 3 === 0) say('warn', { duration_ms: 100 * id }, 'slow query');
  if (id % 4 !== 0) continue;
  if (kind.startsWith('winston')) log.error(new Error('card declined'));
  else log.error({ err: new Error('card declined') }, `payment of order ${id} failed`);
}
