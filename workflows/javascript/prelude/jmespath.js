// JMESPath (jmespath.org): texts become trees, trees are walked over data. `$jmespath(data, "people[?age > `30`].name")`
(function (library) {
  'use strict';

  const TOKEN = new RegExp([
    '(?<space>\\s+)', '(?<name>[A-Za-z_]\\w*)', '(?<number>-?\\d+)', '(?<quoted>"(?:[^"\\\\]|\\\\.)*")',
    "(?<raw>'(?:[^'\\\\]|\\\\.)*')", '(?<literal>`(?:[^`\\\\]|\\\\.)*`)',
    '(?<sign>\\[\\?|\\[\\]|\\|\\||&&|[=!<>]=|[.*\\[\\]{}(),:|<>!&@])',
  ].join('|'), 'y');

  const POWERS = { '|': 1, '||': 2, '&&': 3, '==': 5, '!=': 5, '<': 5, '>': 5, '<=': 5, '>=': 5, '[]': 9, '*': 20,
    '[?': 21, '.': 40, '[': 55, '(': 60 };
  const STOP = 10;

  const scan = (text) => {
    const tokens = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const place = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw new Error(`JMESPath: unexpected "${text.slice(place, place + 10)}"`);
      const [kind, value] = Object.entries(match.groups).find(([, found]) => found !== undefined);
      if (kind !== 'space') tokens.push({ kind, value, sign: kind === 'sign' ? value : null });
    }
    tokens.push({ kind: 'end', value: 'the end', sign: null });
    return tokens;
  };

  class Parser {
    constructor(text) {
      this.tokens = scan(text);
      this.place = 0;
    }

    get next() { return this.tokens[this.place]; }
    is(sign) { return this.next.sign === sign; }
    take() { return this.tokens[this.place++]; }

    expect(sign) {
      if (!this.is(sign)) throw new Error(`JMESPath: "${sign}" expected, not "${this.next.value}"`);
      return this.take();
    }

    whole() {
      const tree = this.expression(0);
      if (this.next.kind !== 'end') throw new Error(`JMESPath: unexpected "${this.next.value}"`);
      return tree;
    }

    expression(power) {
      let left = this.prefix(this.take());
      while (this.next.sign && power < (POWERS[this.next.sign] ?? 0)) left = this.infix(left, this.take().sign);
      return left;
    }

    prefix(token) {
      if (token.kind === 'literal') return { is: 'literal', value: this.literal(token.value) };
      if (token.kind === 'raw') return { is: 'literal', value: token.value.slice(1, -1).replace(/\\'/g, "'") };
      if (token.kind === 'quoted') return { is: 'field', name: JSON.parse(token.value) };
      if (token.kind === 'name') return this.is('(') ? this.call(token.value) : { is: 'field', name: token.value };
      switch (token.sign) {
        case '@': return { is: 'current' };
        case '!': return { is: 'not', value: this.expression(45) };
        case '&': return { is: 'reference', value: this.expression(0) };
        case '*': return { is: 'values', of: { is: 'current' }, then: this.projected(20) };
        case '[]': case '[?': return this.infix({ is: 'current' }, token.sign);
        case '{': return this.hash();
        case '(': {
          const inner = this.expression(0);
          this.expect(')');
          return inner;
        }
        case '[': return this.bracket({ is: 'current' }, true);
        default: throw new Error(`JMESPath: unexpected "${token.value}"`);
      }
    }

    infix(left, sign) {
      switch (sign) {
        case '.':
          if (!this.is('*')) return { is: 'chain', left, right: this.member() };
          this.take();
          return { is: 'values', of: left, then: this.projected(20) };
        case '[]': return { is: 'project', of: { is: 'flat', of: left }, then: this.projected(9) };
        case '[?': {
          const test = this.expression(0);
          this.expect(']');
          return { is: 'filter', of: left, test, then: this.projected(21) };
        }
        case '[': return this.bracket(left, false);
        case '|': return { is: 'chain', left, right: this.expression(1) };
        case '||': return { is: 'or', left, right: this.expression(2) };
        case '&&': return { is: 'and', left, right: this.expression(3) };
        default: return { is: 'compare', sign, left, right: this.expression(5) };
      }
    }

    member() {
      if (this.is('[')) {
        this.take();
        return this.list();
      }
      if (this.is('{')) {
        this.take();
        return this.hash();
      }
      return this.expression(40);
    }

    // What follows a projection goes on with each of its elements.
    projected(power) {
      if ((POWERS[this.next.sign] ?? 0) < STOP) return { is: 'current' };
      if (this.is('.')) {
        this.take();
        if (this.is('*')) return this.expression(power);
        const first = this.member();
        let left = first;
        while (this.next.sign && power < (POWERS[this.next.sign] ?? 0)) left = this.infix(left, this.take().sign);
        return left;
      }
      return this.expression(power);
    }

    bracket(left, begins) {
      if (this.is('*') && this.tokens[this.place + 1].sign === ']') {
        this.place += 2;
        return { is: 'project', of: left, then: this.projected(20) };
      }
      if (this.next.kind !== 'number' && !this.is(':')) {
        if (begins) return this.list();
        throw new Error('JMESPath: a number or * expected in brackets');
      }
      const parts = [null];
      while (!this.is(']')) {
        if (this.is(':')) {
          this.take();
          parts.push(null);
        } else if (this.next.kind === 'number' && parts.at(-1) === null) parts[parts.length - 1] = Number(this.take().value);
        else throw new Error(`JMESPath: unexpected "${this.next.value}"`);
      }
      this.take();
      if (parts.length === 1) return { is: 'index', of: left, index: parts[0] };
      if (parts.length > 3) throw new Error('JMESPath: a slice has at most three parts');
      return { is: 'project', of: { is: 'slice', of: left, parts }, then: this.projected(20) };
    }

    list() {
      const values = [this.expression(0)];
      while (this.is(',')) {
        this.take();
        values.push(this.expression(0));
      }
      this.expect(']');
      return { is: 'list', values };
    }

    hash() {
      const pairs = [];
      do {
        if (pairs.length) this.take();
        const token = this.take();
        if (token.kind !== 'name' && token.kind !== 'quoted') throw new Error('JMESPath: the name of a field expected');
        this.expect(':');
        pairs.push([token.kind === 'name' ? token.value : JSON.parse(token.value), this.expression(0)]);
      } while (this.is(','));
      this.expect('}');
      return { is: 'hash', pairs };
    }

    call(name) {
      this.expect('(');
      const values = [];
      while (!this.is(')')) {
        if (values.length) this.expect(',');
        values.push(this.expression(0));
      }
      this.take();
      if (!Object.hasOwn(FUNCTIONS, name)) throw new Error(`JMESPath: there is no function ${name}()`);
      return { is: 'call', name, values };
    }

    literal(text) {
      const inner = text.slice(1, -1).replace(/\\`/g, '`').trim();
      try {
        return JSON.parse(inner);
      } catch {
        return inner;
      }
    }
  }

  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isTrue = (value) =>
    !(value === null || value === undefined || value === false || value === '' || (Array.isArray(value) && !value.length)
      || (isObject(value) && !Object.keys(value).length));
  const same = (one, other) => {
    if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((v, n) => same(v, other[n]));
    if (!isObject(one) || !isObject(other)) return one === other;
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]));
  };
  const ordered = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  const compare = (sign, one, other) => {
    if (sign === '==') return same(one, other);
    if (sign === '!=') return !same(one, other);
    if (typeof one !== 'number' || typeof other !== 'number') return null;
    return sign === '<' ? one < other : sign === '>' ? one > other : sign === '<=' ? one <= other : one >= other;
  };
  const each = (values, tree) => values.map((value) => walk(tree, value)).filter((value) => value !== null);

  const sliced = (values, [from, to, by]) => {
    const step = by ?? 1;
    if (step === 0) throw new Error('JMESPath: the step of a slice cannot be 0');
    const bound = (value, other) =>
      value === null || value === undefined ? other : value < 0 ? Math.max(value + values.length, step < 0 ? -1 : 0) : Math.min(value, values.length - (step < 0 ? 1 : 0));
    const found = [];
    const end = bound(to, step < 0 ? -1 : values.length);
    for (let place = bound(from, step < 0 ? values.length - 1 : 0); step < 0 ? place > end : place < end; place += step) found.push(values[place]);
    return found;
  };

  const WALKS = {
    current: (_tree, value) => value,
    literal: (tree) => tree.value,
    field: (tree, value) => (isObject(value) && Object.hasOwn(value, tree.name) ? value[tree.name] : null),
    chain: (tree, value) => walk(tree.right, walk(tree.left, value)),
    or: (tree, value) => { const left = walk(tree.left, value); return isTrue(left) ? left : walk(tree.right, value); },
    and: (tree, value) => { const left = walk(tree.left, value); return isTrue(left) ? walk(tree.right, value) : left; },
    not: (tree, value) => !isTrue(walk(tree.value, value)),
    compare: (tree, value) => compare(tree.sign, walk(tree.left, value), walk(tree.right, value)),
    index: (tree, value) => { const list = walk(tree.of, value); return Array.isArray(list) ? list.at(tree.index) ?? null : null; },
    slice: (tree, value) => { const list = walk(tree.of, value); return Array.isArray(list) ? sliced(list, tree.parts) : null; },
    flat: (tree, value) => { const list = walk(tree.of, value); return Array.isArray(list) ? list.flat(1) : null; },
    project: (tree, value) => { const list = walk(tree.of, value); return Array.isArray(list) ? each(list, tree.then) : null; },
    values: (tree, value) => { const map = walk(tree.of, value); return isObject(map) ? each(Object.values(map), tree.then) : null; },
    filter: (tree, value) => {
      const list = walk(tree.of, value);
      return Array.isArray(list) ? each(list.filter((one) => isTrue(walk(tree.test, one))), tree.then) : null;
    },
    list: (tree, value) => (value === null ? null : tree.values.map((one) => walk(one, value))),
    hash: (tree, value) => (value === null ? null : Object.fromEntries(tree.pairs.map(([name, one]) => [name, walk(one, value)]))),
    reference: (tree) => (value) => walk(tree.value, value),
    call: (tree, value) => FUNCTIONS[tree.name](...tree.values.map((one) => walk(one, value))) ?? null,
  };
  const walk = (tree, value) => WALKS[tree.is](tree, value ?? null) ?? null;

  const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
  const best = (list, by, sign) =>
    list.reduce((found, one) => (found === null || ordered(by(one), by(found)) * sign > 0 ? one : found), null);
  const FUNCTIONS = {
    abs: Math.abs, ceil: Math.ceil, floor: Math.floor,
    avg: (list) => (list.length ? list.reduce((sum, one) => sum + one, 0) / list.length : null),
    contains: (where, what) => (Array.isArray(where) ? where.some((one) => same(one, what)) : where.includes(what)),
    ends_with: (text, end) => text.endsWith(end), starts_with: (text, start) => text.startsWith(start),
    join: (glue, list) => list.join(glue), keys: Object.keys, values: Object.values,
    length: (value) => (isObject(value) ? Object.keys(value).length : value.length),
    map: (by, list) => list.map((one) => by(one) ?? null),
    max: (list) => best(list, (one) => one, 1), min: (list) => best(list, (one) => one, -1),
    max_by: (list, by) => best(list, by, 1), min_by: (list, by) => best(list, by, -1),
    merge: (...maps) => Object.assign({}, ...maps), not_null: (...values) => values.find((one) => one !== null) ?? null,
    reverse: (value) => (Array.isArray(value) ? value.toReversed() : [...value].reverse().join('')),
    sort: (list) => list.toSorted(ordered), sort_by: (list, by) => list.toSorted((a, b) => ordered(by(a), by(b))),
    sum: (list) => list.reduce((sum, one) => sum + one, 0), to_array: (value) => (Array.isArray(value) ? value : [value]),
    to_number: (value) => (typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null),
    to_string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)), type: kind,
  };

  const trees = new Map();
  globalThis.$jmespath = (data, text) => {
    if (!trees.has(text)) trees.set(text, new Parser(String(text)).whole());
    return walk(trees.get(text), data);
  };
  globalThis.$jmesPath = globalThis.$jmespath;
})
