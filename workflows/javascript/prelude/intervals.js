// What Luxon has beside moments: stretches of time between two of them, and the rarer sides of durations.
(function (library) {
  'use strict';

  const { amounts, UNITS } = library;

  // From its start up to its end, which is no part of it. One whose end comes first is not valid, and has neither.
  class Interval {
    #start;
    #end;

    constructor(start, end) {
      const isValid = start.isValid && end.isValid && start <= end;
      this.#start = isValid ? start : null;
      this.#end = isValid ? end : null;
      Object.freeze(this);
    }

    static fromDateTimes(start, end) { return new Interval(library.moment(start), library.moment(end)); }
    static after(start, value) { return new Interval(library.moment(start), library.moment(start).plus(value)); }
    static before(end, value) { return new Interval(library.moment(end).minus(value), library.moment(end)); }
    static isInterval(value) { return value instanceof Interval; }

    static fromISO(text, options) {
      const [first, second, ...rest] = String(text).split('/');
      const isLength = [first, second].map((one) => String(one).startsWith('P'));
      if (second === undefined || rest.length || (isLength[0] && isLength[1])) throw new Error(`"${text}" is no ISO interval`);
      if (isLength[0]) return Interval.before(DateTime.fromISO(second, options), Duration.fromISO(first));
      if (isLength[1]) return Interval.after(DateTime.fromISO(first, options), Duration.fromISO(second));
      return new Interval(DateTime.fromISO(first, options), DateTime.fromISO(second, options));
    }

    // Those that overlap or touch become one.
    static merge(intervals) {
      const found = [];
      for (const one of [...intervals].sort((a, b) => a.start - b.start)) {
        const last = found.at(-1);
        if (last && (last.overlaps(one) || last.abutsStart(one))) found[found.length - 1] = last.union(one);
        else found.push(one);
      }
      return found;
    }

    // The stretches that exactly one of them covers.
    static xor(intervals) {
      const ends = intervals.flatMap((one) => [[one.start, 1], [one.end, -1]]).sort((a, b) => a[0] - b[0]);
      const found = [];
      let [from, depth] = [null, 0];
      for (const [moment, step] of ends) {
        depth += step;
        if (depth === 1) from = moment;
        else {
          if (from && +from !== +moment) found.push(new Interval(from, moment));
          from = null;
        }
      }
      return Interval.merge(found);
    }

    get start() { return this.#start; }
    get end() { return this.#end; }
    get isValid() { return this.#start !== null; }
    get lastDateTime() { return this.isValid ? this.#end.minus(1) : null; }
    get invalidReason() { return this.isValid ? null : 'end before start'; }

    isEmpty() { return this.isValid && +this.#start === +this.#end; }
    isNotEmpty() { return !this.isEmpty(); }
    isAfter(moment) { return this.isValid && this.#start > library.moment(moment); }
    isBefore(moment) { return this.isValid && this.#end <= library.moment(moment); }
    contains(moment) { return this.isValid && this.#start <= library.moment(moment) && this.#end > library.moment(moment); }
    overlaps(other) { return this.#end > other.start && this.#start < other.end; }
    abutsStart(other) { return this.isValid && +this.#end === +other.start; }
    abutsEnd(other) { return this.isValid && +other.end === +this.#start; }
    engulfs(other) { return this.isValid && this.#start <= other.start && this.#end >= other.end; }
    equals(other) { return this.isValid && +this.#start === +other.start && +this.#end === +other.end; }
    hasSame(unit) { return this.isValid && (this.isEmpty() || this.#end.minus(1).hasSame(this.#start, unit)); }

    toDuration(units = 'milliseconds') { return this.#end.diff(this.#start, units); }
    length(unit = 'milliseconds') { return this.isValid ? this.toDuration(unit).get(unit) : NaN; }

    // How many days, months … of the calendar it touches.
    count(unit = 'milliseconds') {
      if (!this.isValid) return NaN;
      const last = this.#end.startOf(unit);
      return Math.floor(last.diff(this.#start.startOf(unit), unit).get(unit)) + (+last !== +this.#end ? 1 : 0);
    }

    set({ start = this.#start, end = this.#end } = {}) { return Interval.fromDateTimes(start, end); }
    mapEndpoints(change) { return Interval.fromDateTimes(change(this.#start), change(this.#end)); }

    splitAt(...moments) {
      const inside = moments.map(library.moment).filter((one) => this.contains(one) && +one !== +this.#start);
      const ends = [...inside.sort((a, b) => a - b), this.#end];
      return ends.map((end, place) => new Interval(place ? ends[place - 1] : this.#start, end));
    }

    splitBy(value, unit) {
      const by = amounts(value, unit);
      const parts = [];
      if (!this.isValid || !(new Duration(by).toMillis() > 0)) return parts;
      for (let from = this.#start; from < this.#end;) {
        const times = Object.entries(by).map(([name, amount]) => [name, amount * (parts.length + 1)]);
        const reached = this.#start.plus(Object.fromEntries(times));
        const to = reached > this.#end ? this.#end : reached;
        parts.push(new Interval(from, to));
        from = to;
      }
      return parts;
    }

    divideEqually(parts) { return this.splitBy({ milliseconds: this.length() / parts }).slice(0, parts); }

    intersection(other) {
      const [start, end] = [DateTime.max(this.#start, other.start), DateTime.min(this.#end, other.end)];
      return start >= end ? null : new Interval(start, end);
    }

    union(other) { return new Interval(DateTime.min(this.#start, other.start), DateTime.max(this.#end, other.end)); }

    difference(...others) {
      return Interval.xor([this, ...others]).map((one) => this.intersection(one)).filter((one) => one && !one.isEmpty());
    }

    toISO(options) { return `${this.#start.toISO(options)}/${this.#end.toISO(options)}`; }
    toISODate() { return `${this.#start.toISODate()}/${this.#end.toISODate()}`; }
    toISOTime() { return `${this.#start.toISOTime()}/${this.#end.toISOTime()}`; }
    toFormat(form, { separator = ' – ' } = {}) { return this.#start.toFormat(form) + separator + this.#end.toFormat(form); }
    toString() { return this.isValid ? `[${this.#start.toISO()} – ${this.#end.toISO()})` : 'Invalid Interval'; }
    toJSON() { return this.isValid ? this.toISO() : null; }
  }

  library.extend(DateTime.prototype, {
    until(other) { return Interval.fromDateTimes(this, other); },
    toSQLTime(options) {
      return this.isValid ? this.toFormat(options?.includeOffset === false ? 'HH:mm:ss.SSS' : 'HH:mm:ss.SSS ZZ') : null;
    },
  });

  const TIME = /^(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?$/;
  const DAY = 86400000;
  const WHOLE = UNITS.filter((unit) => unit !== 'quarters');

  library.extend(Duration.prototype, {
    set(values) { return new Duration({ ...this.values, ...amounts(values) }); },
    mapUnits(change) {
      const changed = Object.entries(this.values).map(([unit, amount]) => [unit, Number(change(amount, unit))]);
      return new Duration(Object.fromEntries(changed));
    },
    removeZeros() { return new Duration(Object.fromEntries(Object.entries(this.values).filter(([, amount]) => amount))); },
    shiftToAll() { return this.shiftTo(...WHOLE); },
    equals(other) { return UNITS.every((unit) => this[unit] === other[unit]); },
    // `1 day, 5 hours`, in English as Luxon does without a language.
    toHuman({ unitDisplay = 'long' } = {}) {
      if (unitDisplay !== 'long') throw new Error(`toHuman writes whole words here, not "${unitDisplay}"`);
      return UNITS.filter((unit) => unit in this.values)
        .map((unit) => `${library.numberText(this[unit], 'en')} ${this[unit] === 1 ? unit.slice(0, -1) : unit}`).join(', ');
    },
    toISOTime() {
      const length = this.toMillis();
      return length < 0 || length >= DAY ? null : new Date(length).toISOString().slice(11, 23);
    },
  });
  Object.defineProperty(Duration.prototype, 'isValid', { get: () => true });
  Object.assign(Duration, {
    isDuration: (value) => value instanceof Duration,
    fromISOTime(text) {
      const match = TIME.exec(text);
      if (!match) throw new Error(`"${text}" is no ISO time`);
      const [hours, minutes = 0, seconds = 0] = match.slice(1, 4).map((one) => Number(one ?? 0));
      return new Duration({ hours, minutes, seconds, milliseconds: Number((match[4] ?? '').padEnd(3, '0')) });
    },
  });

  globalThis.Interval = Interval;
  library.types.push(Interval);
})
