// DateTime and Duration as people know them from Luxon: unchanging values over zones that come as data.
(function (library) {
  'use strict';

  const LENGTHS = { milliseconds: 1, seconds: 1000, minutes: 60000, hours: 3600000, days: 86400000, weeks: 604800000 };
  const MEAN = { ...LENGTHS, months: 2592000000, quarters: 7776000000, years: 31536000000 };
  const UNITS = ['years', 'quarters', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];

  const unitOf = (name) => {
    const text = String(name).toLowerCase();
    const unit = text.endsWith('s') ? text : `${text}s`;
    if (!UNITS.includes(unit)) throw new Error(`invalid unit ${name}`);
    return unit;
  };

  // Luxon takes an object of units, n8n also a number and a unit.
  const amounts = (value, unit) => {
    if (value instanceof Duration) return value.values;
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, amount]) => [unitOf(name), Number(amount)]));
    }
    return { [unitOf(unit ?? 'milliseconds')]: Number(value) };
  };

  class Duration {
    constructor(values) {
      this.values = Object.freeze(values);
      for (const unit of UNITS) Object.defineProperty(this, unit, { value: values[unit] ?? 0, enumerable: false });
      Object.freeze(this);
    }

    static fromObject(values) {
      return new Duration(amounts(values));
    }

    static fromMillis(count) {
      return new Duration({ milliseconds: Number(count) });
    }

    static fromISO(text) {
      const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
      if (!match) throw new Error(`"${text}" is no ISO duration`);
      const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
      return new Duration(Object.fromEntries(units.map((unit, place) => [unit, Number(match[place + 1] ?? 0)])));
    }

    as(unit) {
      return this.toMillis() / MEAN[unitOf(unit)];
    }

    toMillis() {
      return Object.entries(this.values).reduce((sum, [unit, amount]) => sum + amount * MEAN[unit], 0);
    }

    valueOf() {
      return this.toMillis();
    }

    shiftTo(...names) {
      let rest = this.toMillis();
      const units = names.map(unitOf);
      return new Duration(Object.fromEntries(units.map((unit, place) => {
        const amount = place === units.length - 1 ? rest / MEAN[unit] : Math.trunc(rest / MEAN[unit]);
        rest -= amount * MEAN[unit];
        return [unit, amount];
      })));
    }

    plus(value, unit) {
      const by = amounts(value, unit);
      const names = UNITS.filter((one) => one in this.values || one in by);
      return new Duration(Object.fromEntries(names.map((one) => [one, (this.values[one] ?? 0) + (by[one] ?? 0)])));
    }

    minus(value, unit) {
      return this.plus(new Duration(amounts(value, unit)).negate());
    }

    negate() {
      return new Duration(Object.fromEntries(Object.entries(this.values).map(([unit, amount]) => [unit, -amount])));
    }

    // Whole numbers of the units that it has, the rest in the smallest.
    normalize() {
      return this.shiftTo(...UNITS.filter((unit) => unit in this.values));
    }

    rescale() {
      const { values } = this.shiftTo('years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds');
      return new Duration(Object.fromEntries(Object.entries(values).filter(([, amount]) => amount)));
    }

    get(unit) {
      return this[unitOf(unit)];
    }

    toObject() {
      return { ...this.values };
    }

    toFormat(form) {
      const parts = this.shiftTo('hours', 'minutes', 'seconds');
      const whole = { h: parts.hours, m: parts.minutes, s: Math.floor(parts.seconds), d: Math.floor(this.as('days')) };
      return String(form).replace(/([hmsd])\1*/g, (piece, unit) => library.pad(whole[unit], piece.length));
    }

    toISO() {
      const v = { ...this.values };
      const date = [['years', 'Y'], ['months', 'M'], ['weeks', 'W'], ['days', 'D']];
      const time = [['hours', 'H'], ['minutes', 'M'], ['seconds', 'S']];
      if (v.milliseconds) v.seconds = (v.seconds ?? 0) + v.milliseconds / 1000;
      const written = (list) => list.map(([unit, letter]) => (v[unit] ? `${v[unit]}${letter}` : '')).join('');
      const clock = written(time);
      return `P${written(date)}${clock ? `T${clock}` : ''}`.replace(/^P$/, 'PT0S');
    }

    toJSON() {
      return this.toISO();
    }

    toString() {
      return this.toISO();
    }
  }

  const monthsLater = (shown, count) => {
    const date = new Date(shown);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + count;
    const [year, inYear] = [Math.floor(month / 12), ((month % 12) + 12) % 12];
    const last = new Date(Date.UTC(year, inYear + 1, 0)).getUTCDate();
    return Date.UTC(year, inYear, Math.min(date.getUTCDate(), last), ...clockOf(date));
  };

  const clockOf = (date) =>
    [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()];

  const fieldsOf = (shown) => {
    const d = new Date(shown);
    const [hour, minute, second, millisecond] = clockOf(d);
    return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour, minute, second, millisecond };
  };

  const shownOf = (f) => {
    const date = new Date(Date.UTC(2000, f.month - 1, f.day, f.hour, f.minute, f.second, f.millisecond));
    date.setUTCFullYear(f.year, f.month - 1, f.day);
    return date.getTime();
  };

  class DateTime {
    #moment;
    #zone;
    #language;

    constructor(moment, zone, language = 'en') {
      this.#zone = zone === null ? 'UTC' : zone;
      this.#moment = zone === null || !Number.isFinite(moment) ? NaN : Math.trunc(moment);
      this.#language = language;
      Object.freeze(this);
    }

    get #shown() {
      return this.#moment + this.offset * 60000;
    }

    #at(moment, zone = this.#zone) {
      return new DateTime(moment, zone, this.#language);
    }

    static #local(fields, zone) {
      const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0] = fields.map(Number);
      return new DateTime(library.momentOf(zone, shownOf({ year, month, day, hour, minute, second, millisecond })), zone);
    }

    static now() { return new DateTime(Date.now(), library.zoneNamed()); }
    static local(...f) { return f.length ? DateTime.#local(f, library.zoneNamed()) : DateTime.now(); }
    static utc(...f) { return f.length ? DateTime.#local(f, 'UTC') : new DateTime(Date.now(), 'UTC'); }
    static fromMillis(count, options) { return new DateTime(Number(count), library.zoneNamed(options?.zone)); }
    static fromSeconds(count, options) { return DateTime.fromMillis(Number(count) * 1000, options); }
    static fromJSDate(date, options) { return DateTime.fromMillis(date.getTime(), options); }
    static isDateTime(value) { return value instanceof DateTime; }
    static max(...all) { return all.reduce((one, other) => (one > other ? one : other)); }
    static min(...all) { return all.reduce((one, other) => (one < other ? one : other)); }

    static fromObject(fields, options) {
      const zone = library.zoneNamed(options?.zone);
      const now = DateTime.now();
      const { year = now.year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0 } =
        library.withDay(fields, now);
      return DateTime.#local([year, month, day, hour, minute, second, millisecond], zone);
    }

    static fromISO(text, options) {
      const form = /^(\d{4}|[+-]\d{6})(?:-?(\d{2})(?:-?(\d{2}))?)?(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
      const match = form.exec(library.withDate(String(text).trim()));
      if (!match) return new DateTime(NaN, 'UTC');
      const [year, month = '1', day = '1', hour, minute, second] = match.slice(1, 7);
      const fraction = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
      const fields = [year, month, day, hour ?? 0, minute ?? 0, second ?? 0, fraction];
      const zone = library.zoneNamed(options?.zone);
      const read = DateTime.#local(fields, match[8] ? library.zoneNamed(match[8]) : zone);
      return match[8] && options?.setZone ? read : read.setZone(zone);
    }

    static fromSQL(text, options) { return DateTime.fromISO(String(text).replace(' ', 'T'), options); }
    static fromHTTP(text) { return DateTime.fromMillis(Date.parse(text)); }
    static fromRFC2822(text) { return DateTime.fromMillis(Date.parse(text)); }

    static fromFormat(text, form, options) {
      const parts = library.parsed(text, form, library.localeOf(options?.locale));
      if (!parts) return new DateTime(NaN, 'UTC');
      const zone = library.zoneNamed(options?.zone);
      if (parts.unix || parts.unixMs) return new DateTime(Number(parts.unixMs ?? parts.unix * 1000), zone);
      const now = fieldsOf(Date.now());
      const given = [parts.year ?? now.year, parts.month ?? 1, parts.day ?? 1, parts.hour ?? 0, parts.minute ?? 0,
        parts.second ?? 0, parts.millisecond ?? 0];
      const at = parts.offset ?? parts.zone;
      return DateTime.#local(given, at ? library.zoneNamed(at) : zone).setZone(zone);
    }

    get isValid() { return !Number.isNaN(this.#moment); }
    get ts() { return this.#moment; }
    get zoneName() { return this.#zone; }
    get zone() { return { name: this.#zone, isValid: this.isValid }; }
    get locale() { return this.#language; }
    get offset() { return this.isValid ? library.offsetAt(this.#zone, this.#moment) : NaN; }
    get year() { return fieldsOf(this.#shown).year; }
    get month() { return fieldsOf(this.#shown).month; }
    get day() { return fieldsOf(this.#shown).day; }
    get hour() { return fieldsOf(this.#shown).hour; }
    get minute() { return fieldsOf(this.#shown).minute; }
    get second() { return fieldsOf(this.#shown).second; }
    get millisecond() { return fieldsOf(this.#shown).millisecond; }
    get quarter() { return Math.ceil(this.month / 3); }
    get weekday() { return new Date(this.#shown).getUTCDay() || 7; }
    get ordinal() { return Math.floor((this.#shown - Date.UTC(this.year, 0, 1)) / LENGTHS.days) + 1; }
    get weekYear() { return this.#thursday().getUTCFullYear(); }
    get weekNumber() { return Math.floor((this.#thursday() - Date.UTC(this.weekYear, 0, 1)) / LENGTHS.weeks) + 1; }
    get daysInMonth() { return new Date(Date.UTC(this.year, this.month, 0)).getUTCDate(); }
    get monthLong() { return this.toFormat('LLLL'); }
    get monthShort() { return this.toFormat('LLL'); }
    get weekdayLong() { return this.toFormat('EEEE'); }
    get weekdayShort() { return this.toFormat('EEE'); }
    get isInLeapYear() { return new Date(Date.UTC(this.year, 2, 0)).getUTCDate() === 29; }
    get isWeekend() { return this.weekday > 5; }
    get isInDST() { return this.offset > Math.min(...[1, 7].map((month) => this.set({ month, day: 1 }).offset)); }

    #thursday() { return new Date(this.#shown + (4 - this.weekday) * LENGTHS.days); }

    get(unit) { return this[String(unit).replace(/s$/, '')]; }

    set(fields) {
      const given = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.replace(/s$/, ''), Number(value)]));
      const named = library.withDay(given, this);
      const merged = { ...fieldsOf(this.#shown), ...named };
      if (!('day' in named)) merged.day = Math.min(merged.day, new Date(Date.UTC(merged.year, merged.month, 0)).getUTCDate());
      return this.#at(library.momentOf(this.#zone, shownOf(merged)));
    }

    plus(value, unit) { return this.#shifted(amounts(value, unit), 1); }
    minus(value, unit) { return this.#shifted(amounts(value, unit), -1); }

    #shifted(by, sign) {
      const months = (by.years ?? 0) * 12 + (by.quarters ?? 0) * 3 + (by.months ?? 0);
      const days = (by.weeks ?? 0) * 7 + (by.days ?? 0);
      let moment = this.#moment;
      if (months || days) {
        const shown = monthsLater(this.#shown, sign * Math.trunc(months)) + sign * Math.trunc(days) * LENGTHS.days;
        moment = library.momentOf(this.#zone, shown, undefined) + sign * (days - Math.trunc(days)) * LENGTHS.days;
      }
      for (const unit of ['hours', 'minutes', 'seconds', 'milliseconds']) moment += sign * (by[unit] ?? 0) * LENGTHS[unit];
      return this.#at(moment);
    }

    startOf(name) {
      const unit = unitOf(name);
      if (unit === 'weeks') return this.minus({ days: this.weekday - 1 }).startOf('day');
      const order = ['years', 'months', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'];
      const f = fieldsOf(this.#shown);
      if (unit === 'quarters') f.month = (this.quarter - 1) * 3 + 1;
      const kept = order.indexOf(unit === 'quarters' ? 'months' : unit);
      const start = [f.year, f.month, f.day, f.hour, f.minute, f.second, f.millisecond]
        .map((value, place) => (place <= kept ? value : place < 3 ? 1 : 0));
      return DateTime.#local(start, this.#zone).setLocale(this.#language);
    }

    endOf(name) { return this.startOf(name).plus({ [unitOf(name)]: 1 }).minus(1); }

    setZone(zone, options) {
      const name = library.zoneNamed(zone);
      if (!options?.keepLocalTime || name === null) return this.#at(this.#moment, name);
      return this.#at(library.momentOf(name, this.#shown), name);
    }

    setLocale(language) {
      library.localeOf(language);
      return new DateTime(this.#moment, this.#zone, language);
    }

    reconfigure(options) { return options.locale ? this.setLocale(options.locale) : this; }
    toUTC(minutes) { return this.setZone(minutes ? `UTC${library.offsetText(minutes)}` : 'UTC'); }
    toLocal() { return this.setZone('local'); }

    diff(other, units = 'milliseconds') {
      const names = (Array.isArray(units) ? units : [units]).map(unitOf);
      const there = library.moment(other);
      const values = {};
      let from = there;
      for (const unit of UNITS.filter((one) => names.includes(one))) {
        const last = unit === UNITS.filter((one) => names.includes(one)).at(-1);
        let count = Math.trunc((this.#moment - from.ts) / MEAN[unit]);
        while (from.plus({ [unit]: count }).ts > this.#moment && this.#moment >= from.ts) count -= 1;
        while (from.plus({ [unit]: count + 1 }).ts <= this.#moment) count += 1;
        const reached = from.plus({ [unit]: count });
        const length = from.plus({ [unit]: count + 1 }).ts - reached.ts;
        values[unit] = last ? count + (this.#moment - reached.ts) / length : count;
        from = reached;
      }
      return new Duration(values);
    }

    diffNow(units) { return this.diff(DateTime.now(), units); }
    hasSame(other, unit) { return this.startOf(unit).ts === library.moment(other).setZone(this.#zone).startOf(unit).ts; }
    equals(other) { return other instanceof DateTime && other.ts === this.#moment && other.zoneName === this.#zone; }
    toMillis() { return this.#moment; }
    toSeconds() { return this.#moment / 1000; }
    toUnixInteger() { return Math.floor(this.#moment / 1000); }
    toJSDate() { return new Date(this.#moment); }
    toBSON() { return this.toJSDate(); }
    valueOf() { return this.#moment; }
    toObject() { return fieldsOf(this.#shown); }

    toFormat(form, options) {
      if (!this.isValid) return 'Invalid DateTime';
      return library.formatted(this, form, library.localeOf(options?.locale ?? this.#language));
    }

    toISO(options) {
      if (!this.isValid) return null;
      const exact = options?.suppressMilliseconds && this.millisecond === 0 ? '' : '.SSS';
      const offset = options?.includeOffset === false ? '' : this.#zone === 'UTC' ? "'Z'" : 'ZZ';
      return this.toFormat(`yyyy-MM-dd'T'HH:mm:ss${exact}${offset}`, { locale: 'en' });
    }

    toISODate() { return this.isValid ? this.toFormat('yyyy-MM-dd') : null; }
    toISOTime() { return this.toISO()?.slice(11) ?? null; }
    toSQL() { return this.toFormat('yyyy-MM-dd HH:mm:ss.SSS ZZ'); }
    toSQLDate() { return this.toISODate(); }
    toHTTP() { return new Date(this.#moment).toUTCString(); }
    toRFC2822() { return this.toFormat('EEE, dd MMM yyyy HH:mm:ss ZZZ', { locale: 'en' }); }
    toLocaleString(options, more) { return library.timeText(this, more?.locale ?? this.#language, options); }
    toRelative(options) { return library.relative(this, options?.locale ?? this.#language, options?.unit); }
    toJSON() { return this.toISO(); }
    toString() { return this.isValid ? this.toISO() : 'Invalid DateTime'; }
  }

  const [hour, minute, second] = ['numeric', '2-digit', '2-digit'];
  const plain = { hour, minute };
  const exact = { hour, minute, second };
  const even = { hour12: false };
  Object.assign(DateTime, {
    DATE_SHORT: { dateStyle: 'short' },
    DATE_MED: { dateStyle: 'medium' },
    DATE_MED_WITH_WEEKDAY: { year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' },
    DATE_FULL: { dateStyle: 'long' },
    DATE_HUGE: { dateStyle: 'full' },
    TIME_SIMPLE: { timeStyle: 'short' },
    TIME_WITH_SECONDS: { timeStyle: 'medium' },
    TIME_24_SIMPLE: { ...plain, ...even },
    TIME_24_WITH_SECONDS: { ...exact, ...even },
    DATETIME_SHORT: { dateStyle: 'short', timeStyle: 'short' },
    DATETIME_SHORT_WITH_SECONDS: { dateStyle: 'short', timeStyle: 'medium' },
    DATETIME_MED: { dateStyle: 'medium', timeStyle: 'short' },
    DATETIME_MED_WITH_SECONDS: { dateStyle: 'medium', timeStyle: 'medium' },
    DATETIME_FULL: { dateStyle: 'long', timeStyle: 'short' },
    DATETIME_HUGE: { dateStyle: 'full', timeStyle: 'short' },
  });
  Object.assign(library, { unitOf, amounts, LENGTHS, UNITS });
  globalThis.DateTime = DateTime;
  globalThis.Duration = Duration;
  library.types.push(DateTime, Duration);

  // A moment from a DateTime, a Date, ISO text or milliseconds.
  library.moment = (value) => {
    if (value instanceof DateTime) return value;
    if (value instanceof Date) return DateTime.fromJSDate(value);
    if (typeof value === 'number') return DateTime.fromMillis(value);
    const read = DateTime.fromISO(value);
    return read.isValid ? read : DateTime.fromMillis(Date.parse(value));
  };
  library.momentAt = (moment) => new DateTime(moment, library.zoneNamed());
})
