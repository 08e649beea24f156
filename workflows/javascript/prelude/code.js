// The surroundings of a code node: its console, its time, and what its answer becomes.
(function (library) {
  'use strict';

  const MAX_LINES = 200;
  const LINE = 2000;
  const lines = [];

  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const say = (level) => (...values) => {
    if (lines.length < MAX_LINES) lines.push([level, values.map(shown).join(' ').slice(0, LINE)]);
  };
  globalThis.console = Object.freeze({
    log: say('info'), info: say('info'), debug: say('debug'), warn: say('warning'), error: say('error'), table: say('info'),
  });

  // There is nothing to wait for here, so time passes at once: what was put off runs in the order of its times.
  let timers = [];
  let number = 0;
  let clock = 0;
  globalThis.setTimeout = (task, delay = 0, ...values) => {
    number += 1;
    timers.push({ number, due: clock + (Number(delay) || 0), run: () => task(...values) });
    return number;
  };
  globalThis.clearTimeout = (id) => {
    timers = timers.filter((timer) => timer.number !== id);
  };
  globalThis.setImmediate = (task, ...values) => globalThis.setTimeout(task, 0, ...values);

  const unsupported = (what) => () => {
    throw new Error(`${what} is not supported`);
  };
  globalThis.require = (name) => {
    if (name === 'crypto' || name === 'node:crypto') return crypto;
    if (name === 'luxon') return { DateTime, Duration, Interval };
    if (name === 'buffer') return { Buffer };
    if (name === 'url') return { URL, URLSearchParams };
    throw new Error(`require("${String(name).slice(0, 80)}") is not supported: a program has no modules and no files`);
  };
  globalThis.fetch = unsupported('fetch');
  globalThis.setInterval = unsupported('setInterval');
  // What outlives a run: an object of the workflow and one of the node, which the program changes in place.
  let kept = null;
  globalThis.$getWorkflowStaticData = (of) => {
    kept ??= library.data.kept;
    if (of !== 'global' && of !== 'node') throw new Error('static data is of "global" or of "node"');
    return kept[of];
  };
  globalThis.getWorkflowStaticData = globalThis.$getWorkflowStaticData;
  globalThis.getBinaryData = () => library.binaryOf(library.place()) ?? undefined;

  let outcome = null;
  let failed = null;

  const all = (program) => {
    const { data, input } = library;
    return program(data.items[0], 0, input, input.first(), input.all(), library.binaryOf(0) ?? {});
  };

  // One item after the other; an answer of null leaves the item out.
  const each = async (program) => {
    const { data, input } = library;
    const results = [];
    for (let index = 0; index < data.items.length; index++) {
      library.move(index);
      failed = index;
      results.push(await program(data.items[index], index, input, input.item, input.all(), library.binaryOf(index) ?? {}));
    }
    failed = null;
    return results;
  };

  library.begin = (program) => {
    const run = library.data.mode === 'each' ? each : async (one) => all(one);
    run(program).then((value) => { outcome = { value }; }, (error) => { outcome = { error }; });
  };

  // Runs the next thing that was put off; false when there is none.
  library.wake = () => {
    if (outcome || !timers.length) return false;
    timers.sort((one, other) => one.due - other.due || one.number - other.number);
    const timer = timers.shift();
    clock = timer.due;
    try {
      timer.run();
    } catch (error) {
      outcome = { error };
    }
    return true;
  };

  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

  // An answer as rows `[json, source]`, where a source is the number of the item that it was made from, or null.
  const row = (value, source) => {
    if (!isObject(value)) throw new Error(`each item must be an object, not ${value === null ? 'null' : typeof value}`);
    const isWrapped = isObject(value.json);
    if ('json' in value && !isWrapped) throw new Error('the field "json" of an item must be an object');
    const paired = isObject(value.pairedItem) ? value.pairedItem.item : value.pairedItem;
    const isOurs = Number.isInteger(paired) && paired >= 0 && paired < library.data.items.length;
    const files = isWrapped && isObject(value.binary) && Object.keys(value.binary).length ? value.binary : null;
    const json = isWrapped ? value.json : value;
    return [files ? { ...json, [library.FILES]: files } : json, isOurs ? paired : source];
  };
  const rows = (value) => {
    const { data } = library;
    if (data.mode === 'each') {
      return value.flatMap((one, index) => (one === null || one === undefined ? [] : [row(Array.isArray(one) ? one[0] : one, index)]));
    }
    const list = value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
    const sameLength = list.length === data.items.length;
    return list.map((one, index) => row(one, sameLength ? index : null));
  };

  library.finish = () => {
    try {
      if (!outcome) throw new Error('the program waits for something that never comes');
      if ('error' in outcome) throw outcome.error;
      return JSON.stringify([rows(outcome.value), lines, kept]);
    } catch (error) {
      return library.failure(error, null, failed, lines);
    }
  };
})
