// Takes away what turns text into programs, and freezes everything that programs share: whatever one does to a
// prototype, the next one does not see it.
(function (library) {
  'use strict';

  const makers = [
    function () {},
    async function () {},
    function* () {},
    async function* () {},
  ].map((one) => Object.getPrototypeOf(one));
  for (const prototype of makers) {
    Object.defineProperty(prototype, 'constructor', { value: undefined, writable: false, configurable: false });
  }
  for (const name of ['eval', 'Function', 'WebAssembly', 'gc', 'print', 'std', 'os', 'navigator', 'performance',
    'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'AsyncFunction', 'GeneratorFunction']) {
    delete globalThis[name];
  }
  delete Error.prepareStackTrace;
  delete Error.captureStackTrace;

  const seen = new Set([globalThis]);
  const open = [];
  const visit = (value) => {
    if ((typeof value === 'object' || typeof value === 'function') && value !== null && !seen.has(value)) {
      seen.add(value);
      open.push(value);
    }
  };

  // Error names and messages are assigned by many programs: `error.name = "Mine"` must work on a frozen prototype.
  const assignable = (prototype, name) => {
    const value = prototype[name];
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(other) {
        if (this === prototype) throw new TypeError('it is frozen');
        Object.defineProperty(this, name, { value: other, writable: true, enumerable: true, configurable: true });
      },
      enumerable: false,
      configurable: false,
    });
  };
  for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    assignable(type.prototype, 'name');
    assignable(type.prototype, 'message');
  }
  for (const name of ['toString', 'valueOf', 'constructor', 'hasOwnProperty']) assignable(Object.prototype, name);

  for (const name of Reflect.ownKeys(globalThis)) visit(Object.getOwnPropertyDescriptor(globalThis, name).value);
  for (const prototype of makers) visit(prototype);
  visit(Object.getPrototypeOf([][Symbol.iterator]()));
  visit(Object.getPrototypeOf(''[Symbol.iterator]()));
  visit(Object.getPrototypeOf(new Map()[Symbol.iterator]()));
  visit(Object.getPrototypeOf(new Set()[Symbol.iterator]()));
  visit(Object.getPrototypeOf('a'.matchAll(/a/g)));
  for (const type of library.types) visit(type);
  while (open.length) {
    const value = open.pop();
    visit(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      visit(property.value);
      visit(property.get);
      visit(property.set);
    }
    Object.freeze(value);
  }
  // Names that are there before the first program stay what they are.
  for (const name of Reflect.ownKeys(globalThis)) {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (property.configurable) Object.defineProperty(globalThis, name, { ...property, writable: false, configurable: false });
  }
})
