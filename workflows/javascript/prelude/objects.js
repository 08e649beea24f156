// The methods that n8n adds to objects. A field of the same name always wins: data may have any name.
(function (library) {
  'use strict';

  const chosen = (value, isKept) => Object.fromEntries(Object.entries(value).filter(([name, held]) => isKept(held, name)));
  const contains = (held, part) => typeof held === 'string' && held.includes(part);

  // Names that no data has: they are simply there.
  const named = {
    isEmpty() { return Object.keys(this).length === 0; },
    isNotEmpty() { return Object.keys(this).length !== 0; },
    toJsonString() { return JSON.stringify(this); },
    hasField(name) { return Object.hasOwn(this, name); },
    removeField(name) { return chosen(this, (_held, field) => field !== name); },
    removeFieldsContaining(part) { return chosen(this, (held) => !contains(held, part)); },
    keepFieldsContaining(part) { return chosen(this, (held) => contains(held, part)); },
    urlEncode() { return new URLSearchParams(this).toString(); },
  };
  for (const [name, method] of Object.entries(named)) {
    Object.defineProperty(Object.prototype, name, {
      get: () => method,
      set(value) {
        if (this === Object.prototype) throw new TypeError('it is frozen');
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
      enumerable: false,
      configurable: false,
    });
  }

  // Names that data often has, and often has not: only a call means the method. `methods.py` marks the calls.
  const called = {
    keys: (value) => Object.keys(value),
    values: (value) => Object.values(value),
    compact: (value) => chosen(value, (held) => held !== null && held !== undefined && held !== ''),
    merge(value, other) {
      if (typeof other !== 'object' || other === null) throw new Error('merge needs an object');
      return { ...other, ...value };
    },
    isWeekend: (value) => value.isWeekend,
  };
  const isPlain = (value) => typeof value === 'object' && !Array.isArray(value);
  for (const [name, method] of Object.entries(called)) {
    Object.defineProperty(Object.prototype, `$$${name}`, {
      value(...given) {
        if (typeof this[name] === 'function') return this[name](...given);
        if (!isPlain(this)) throw new TypeError('not a function');
        return method(this, ...given);
      },
      writable: false,
      enumerable: false,
      configurable: false,
    });
  }

  // What is missing is empty. `methods.py` hands over what is asked.
  const nothing = Object.freeze({ isEmpty: () => true, isNotEmpty: () => false });
  Object.defineProperty(globalThis, '$$of', { value: (value) => value ?? nothing, writable: false, configurable: false });
})
