// How many variables this interpreter has.
console.log('total ' + process.memory().total);
