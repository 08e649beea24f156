// What expressions may name, made from the data of one request, and the loop that renders them.
(function (library) {
  'use strict';

  const stringify = JSON.stringify;
  const programs = [];
  let data = null;
  let at = 0;

  // Files of an item lie under this name in its JSON; programs see them beside it, as `binary`.
  const FILES = '$files';
  library.FILES = FILES;

  // Takes the files out of the items; null where no item has any.
  const takeFiles = (items) => {
    let files = null;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (item === null || typeof item !== 'object' || !Object.hasOwn(item, FILES)) continue;
      const { [FILES]: held, ...rest } = item;
      items[index] = rest;
      (files ??= [])[index] = held;
    }
    return files;
  };

  const wrapper = (items, files) => {
    let wrapped = null;
    const wrap = (json, index) => {
      const held = files && files[index];
      return held ? { json, binary: held, pairedItem: { item: index } } : { json, pairedItem: { item: index } };
    };
    return () => (wrapped ??= items.map(wrap));
  };

  // The items of the step's first input.
  const makeInput = (items, files) => {
    const all = wrapper(items, files);
    return {
      get item() {
        return all()[at];
      },
      get context() {
        return { noItemsLeft: false };
      },
      params: {},
      all: () => all(),
      first: () => all()[0],
      last: () => all()[items.length - 1],
      itemMatching: (index) => all()[index],
    };
  };

  // An earlier step, as `$('name')` gives it. `pairs` holds for each item of ours the index of the one it came from.
  const makeNode = (name, node) => {
    if (!node) throw new Error(`node "${name}" is not before this one, or has not run`);
    const items = node.items;
    const all = wrapper(items, node.files);
    const matching = (index) => {
      const paired = node.pairs && node.pairs[index];
      if (paired !== null && paired !== undefined && paired < items.length) return all()[paired];
      if (items.length === 1) return all()[0];
      throw new Error(`which item of node "${name}" is meant cannot be told: use first(), last() or all()`);
    };
    return {
      get item() {
        return matching(at);
      },
      get isExecuted() {
        return true;
      },
      get params() {
        throw new Error('the settings of other nodes are not supported in expressions');
      },
      context: {},
      all: () => all(),
      first: () => all()[0],
      last: () => all()[items.length - 1],
      itemMatching: matching,
      pairedItem: (index) => matching(index === undefined ? at : index),
    };
  };

  // `$node["name"]`: the item that ours came from, else the one with the same number, else the only one.
  const makeOldNode = (name, node, modern) => {
    if (!node) return modern(name);
    const pick = () => {
      const paired = node.pairs && node.pairs[at];
      return paired !== null && paired !== undefined ? paired : at < node.items.length ? at : 0;
    };
    return {
      get json() {
        return node.items[pick()];
      },
      get data() {
        return node.items[pick()];
      },
      get binary() {
        return (node.files && node.files[pick()]) || {};
      },
      context: { currentRunIndex: data.runIndex },
      runIndex: 0,
    };
  };

  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: false, enumerable: true, configurable: false });

  const memo = (make) => {
    const made = new Map();
    return (name) => {
      if (!made.has(name)) made.set(name, make(name));
      return made.get(name);
    };
  };

  const own = (name) => (Object.hasOwn(data.nodes, name) ? data.nodes[name] : null);

  const isEmpty = (value) =>
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0);

  const numbers = (values) => values.flat(1).map(Number);

  const defineFunctions = () => {
    define('$if', (condition, yes, no) => (condition ? yes : no === undefined ? false : no));
    define('$ifEmpty', (value, other) => (isEmpty(value) ? other : value));
    define('$not', (value) => !value);
    define('$max', (...values) => Math.max(...numbers(values)));
    define('$min', (...values) => Math.min(...numbers(values)));
    define('$sum', (...values) => numbers(values).reduce((sum, value) => sum + value, 0));
    define('$average', (...values) => numbers(values).reduce((sum, value) => sum + value, 0) / numbers(values).length);
  };

  const defineNodes = (input) => {
    const modern = memo((name) => makeNode(name, own(name)));
    const old = memo((name) => makeOldNode(name, own(name), modern));
    define('$', (name) => modern(String(name)));
    define('$node', new Proxy({}, { get: (_target, name) => (typeof name === 'string' ? old(name) : undefined) }));
    // All items of a node are those of its one run here: programs that ask for run after run find no second one.
    define('$items', (name, _output = 0, run = 0) => {
      if (run > 0) throw new Error(`node "${String(name)}" has no run ${run}`);
      return name === undefined ? input.all() : modern(String(name)).all();
    });
    return old;
  };

  // `$item(3).$json`: the scope of another item.
  const defineItem = () => {
    const there = (index, read) => {
      const here = at;
      at = index;
      try {
        return read();
      } finally {
        at = here;
      }
    };
    library.itemAt = (index) => ({
      get $json() {
        return data.items[index];
      },
      $node: new Proxy({}, {
        get: (_target, name) => (typeof name === 'string' ? there(index, () => ({ json: $node[name].json })) : undefined),
      }),
    });
  };

  library.open = (text, sealed) => {
    data = JSON.parse(text);
    const files = takeFiles(data.items);
    for (const node of Object.values(data.nodes)) node.files = takeFiles(node.items);
    library.binaryOf = (index) => (files && files[index]) || null;
    const input = makeInput(data.items, files);
    library.input = input;
    library.data = data;
    library.move = (index) => {
      at = index;
    };
    library.place = () => at;
    library.openZones(data.zone, data.zones);
    for (const name of ['vars', 'env', 'workflow', 'execution']) define(`$${name}`, library.freeze(data[name]));
    define('$executionId', data.execution.id);
    define('$runIndex', data.runIndex);
    define('$mode', data.execution.mode);
    define('$prevNode', library.freeze(data.previous));
    define('$now', library.momentAt(data.now));
    define('$today', $now.startOf('day'));
    defineFunctions();
    defineNodes(input);
    defineItem();
    library.sealed = sealed;
    if (sealed) Object.freeze(globalThis);
  };

  library.add = (program) => {
    programs.push(program);
  };

  const explained = (error) => {
    try {
      if (error instanceof Error) return `${error.name}: ${error.message}`;
      return String(error);
    } catch {
      return 'an error that cannot be read';
    }
  };
  library.explained = explained;

  // The answer to a failure: which zones were asked for and not there, or what went wrong and where.
  library.failure = (error, place, item, lines = []) => {
    if (library.wanted.size) return stringify({ zones: Array.from(library.wanted) });
    return stringify({ message: explained(error).slice(0, 1000), place, item, lines });
  };

  // Which program is at work for which item, for who had to stop it.
  let working = null;
  let workingFor = null;
  library.atWork = () => stringify(working === null ? {} : { place: working, item: workingFor });

  library.render = () => {
    const { items } = data;
    const { input } = library;
    const none = Object.freeze({});
    const rows = [];
    for (let index = 0; index < data.count; index++) {
      at = index;
      const binary = library.binaryOf(index) ?? none;
      const row = [];
      for (let place = 0; place < programs.length; place++) {
        working = place;
        workingFor = index;
        try {
          const value = programs[place](items[index] ?? null, index, input, library.itemAt, binary, index);
          const kind = typeof value;
          // What has no form of its own in JSON is written here, where it is known whose it is.
          row.push(kind === 'object' && value !== null ? new Written(stringify(value)) : plain(value, kind));
        } catch (error) {
          if (!(data.lenient && error instanceof TypeError) || library.wanted.size) return library.failure(error, place, index);
          row.push(null);
        }
      }
      rows.push(row);
    }
    return library.joined(rows);
  };

  class Written {
    constructor(text) {
      this.text = text === undefined ? 'null' : text;
    }
  }

  const plain = (value, kind) => {
    if (kind === 'string' || kind === 'boolean') return value;
    if (kind === 'number') return Number.isFinite(value) ? value : null;
    return kind === 'bigint' ? String(value) : null;
  };

  library.joined = (rows) => {
    const parts = [];
    for (const row of rows) {
      const cells = [];
      for (const cell of row) cells.push(cell instanceof Written ? cell.text : stringify(cell));
      parts.push(`[${cells.join(',')}]`);
    }
    // Joined and not added up: what is added is a rope, which does not leave the engine as a text.
    return ['[', parts.join(','), ']'].join('');
  };
})
