// Node: a rejection nobody handles.
class PaymentError extends Error {}

console.log('worker started');
Promise.reject(new PaymentError('gateway answered 500'));
