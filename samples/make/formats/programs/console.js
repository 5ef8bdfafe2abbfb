// Node without a logging library: console, a warning, a cause, an uncaught error.
console.log('listening on 127.0.0.1:8080');
console.error('payment failed:', new Error('card declined'));
console.log({ order: 7, items: [1, 2, { sku: 'a-1' }] });
console.warn('stock of product %d is low', 17);
process.emitWarning('the old API goes away', 'DeprecationWarning', 'SHOP001');

async function load(id) {
  try {
    JSON.parse('{bad');
  } catch (cause) {
    throw new Error(`order ${id} cannot be read`, { cause });
  }
}

load(7).catch((error) => console.error(error));
setTimeout(() => { let order; order.total(); }, 50);
