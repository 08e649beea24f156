// The methods that n8n adds to texts, numbers, lists and dates, and local forms of the language's own.
(function (library) {
  'use strict';

  const extend = library.extend = (prototype, methods) => {
    for (const name of Object.keys(methods)) {
      if (Object.hasOwn(prototype, name) && !name.startsWith('toLocale')) continue;
      Object.defineProperty(prototype, name, { ...Object.getOwnPropertyDescriptor(methods, name), enumerable: false });
    }
  };

  const found = (text, pattern) => (pattern.exec(text) ?? [])[0];
  const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
  const ADDRESS = /https?:\/\/[^\s"'<>]+/;
  const words = (text) =>
    text.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((one) => one.toLowerCase());
  const capital = (word) => word.slice(0, 1).toUpperCase() + word.slice(1);
  const SMALL = new Set('a an and as at but by en for if in nor of on or per the to v v. vs vs. via'.split(' '));
  // English words that stay small within a title, as in n8n.
  const titled = (text) => text.toLowerCase().replace(/\p{L}[\p{L}\p{N}']*/gu, (word, at, whole) =>
    (SMALL.has(word) && at > 0 && at + word.length < whole.trimEnd().length ? word : capital(word)));
  const truth = (text) => !['', 'false', 'no', '0'].includes(text.trim().toLowerCase());

  extend(String.prototype, {
    isEmpty() { return this.length === 0; },
    isNotEmpty() { return this.length !== 0; },
    isEmail() { return found(this, EMAIL) === String(this); },
    isUrl() { return /^https?:\/\/[^\s/?#]+\.?[^\s]*$/.test(this); },
    isDomain() { return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(this); },
    isNumeric() { return this.trim() !== '' && Number.isFinite(Number(this)); },
    extractEmail() { return found(this, EMAIL); },
    extractUrl() { return found(this, ADDRESS); },
    extractDomain() { return (/^(?:[a-z]+:\/\/)?(?:[^@/\s]*@)?([^/:?#\s]+\.[^/:?#\s]+)/i.exec(this.trim()) ?? [])[1]; },
    extractUrlPath() { return (/^[a-z]+:\/\/[^/?#]+([^?#]*)/i.exec(this) ?? [])[1]; },
    toNumber() {
      if (this.trim() === '' || Number.isNaN(Number(this))) throw new Error(`"${this}" is no number`);
      return Number(this);
    },
    toInt(base) { return parseInt(this, base); },
    toWholeNumber() { return parseInt(this, 10); },
    toFloat() { return parseFloat(this); },
    toDecimalNumber() { return parseFloat(this); },
    toBoolean() { return truth(String(this)); },
    toDateTime(form) {
      if (['s', 'ms', 'us', 'excel'].includes(form)) return Number(this).toDateTime(form);
      const stamp = !form && /^\s*-?\d{10,}\s*$/.test(this);
      const read = form ? DateTime.fromFormat(String(this), form) : library.moment(stamp ? Number(this) : String(this));
      if (!read.isValid) throw new Error(`"${this}" is no date`);
      return read;
    },
    toDate() { return new Date(String(this)); },
    parseJson() {
      try {
        return JSON.parse(this);
      } catch {
        return undefined;
      }
    },
    toJsonString() { return JSON.stringify(String(this)); },
    urlEncode(whole) { return whole ? encodeURI(this) : encodeURIComponent(this); },
    urlDecode(whole) { return whole ? decodeURI(this) : decodeURIComponent(this); },
    base64Encode() { return library.base64(library.utf8(String(this))); },
    base64Decode() { return library.fromUtf8(library.fromBase64(String(this))); },
    hash(name = 'md5') {
      return name === 'base64' ? this.base64Encode() : library.digest(name, library.utf8(String(this)), 'hex');
    },
    quote(mark = '"') { return mark + this.replaceAll(mark, `\\${mark}`) + mark; },
    removeMarkdown() {
      return this.replace(/```[\s\S]*?```/g, (code) => code.replace(/```\w*\n?/g, '')).replace(/`([^`]*)`/g, '$1')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
        .replace(/(\*\*|__|~~)(.*?)\1/g, '$2').replace(/(\*|_)(.*?)\1/g, '$2').replace(/^\s*(?:-{3,}|\*{3,})\s*$/gm, '');
    },
    removeTags() { return this.replace(/<[^>]*>/g, ''); },
    replaceSpecialChars() { return this.normalize('NFD').replace(/\p{M}/gu, ''); },
    toTitleCase() { return titled(this); },
    toSentenceCase() { return this.toLowerCase().replace(/(^\s*\p{L}|[.!?]\s+\p{L})/gu, (one) => one.toUpperCase()); },
    toSnakeCase() { return words(this).join('_'); },
    toCamelCase() { return words(this).map((word, place) => (place ? capital(word) : word)).join(''); },
    toKebabCase() { return words(this).join('-'); },
  });

  const whole = (number) => {
    if (!Number.isInteger(Number(number))) throw new Error(`${number} is no whole number`);
    return Number(number);
  };
  const DAY = 86400000;
  const EXCEL = Date.UTC(1899, 11, 30);
  const MILLISECONDS = { s: 1000, ms: 1, us: 0.001 };

  extend(Number.prototype, {
    isEmpty() { return false; },
    isNotEmpty() { return true; },
    round(places = 0) { return Number(this.toFixed(places)); },
    floor() { return Math.floor(this); },
    ceil() { return Math.ceil(this); },
    abs() { return Math.abs(this); },
    isEven() { return whole(this) % 2 === 0; },
    isOdd() { return whole(this) % 2 !== 0; },
    isInteger() { return Number.isInteger(Number(this)); },
    toBoolean() { return Number(this) !== 0; },
    toInt() { return Math.trunc(this); },
    toFloat() { return Number(this); },
    toNumber() { return Number(this); },
    toJsonString() { return JSON.stringify(Number(this)); },
    format(locale, options) { return library.numberText(Number(this), locale ?? 'en', options); },
    toLocaleString(locale, options) { return library.numberText(Number(this), locale, options); },
    toDateTime(form = 'ms') {
      if (form === 'excel') return library.moment(EXCEL + Math.round(this * DAY));
      if (!Object.hasOwn(MILLISECONDS, form)) throw new Error(`"${form}" is none of ms, s, us and excel`);
      return library.moment(Number(this) * MILLISECONDS[form]);
    },
  });

  extend(Boolean.prototype, {
    isEmpty() { return false; },
    isNotEmpty() { return true; },
    toBoolean() { return Boolean(this.valueOf()); },
    toInt() { return Number(this); },
    toFloat() { return Number(this); },
    toNumber() { return Number(this); },
  });

  const key = (value) => (typeof value === 'object' ? JSON.stringify(value) : `${typeof value} ${value}`);
  const isObject = (value) => typeof value === 'object' && value !== null;
  const isFields = (value) => isObject(value) && !Array.isArray(value);
  const has = (value, name) => isObject(value) && Object.hasOwn(value, name);
  const picked = (value, names) => Object.fromEntries(names.filter((n) => has(value, n)).map((n) => [n, value[n]]));
  // Names of fields may come as one text, with commas between.
  const distinct = (list, given) => {
    const names = given.flatMap((one) => String(one).split(',')).map((one) => one.trim());
    const seen = new Set();
    return list.filter((one) => {
      const mark = key(names.length && isObject(one) ? picked(one, names) : one);
      return !seen.has(mark) && seen.add(mark);
    });
  };
  const number = (value) => {
    const read = value === null || value === '' || typeof value === 'object' ? NaN : Number(value);
    if (Number.isNaN(read)) throw new Error(`"${value}" is no number`);
    return read;
  };
  const total = (list) => list.reduce((sum, one) => sum + number(one), 0);
  const renamed = (value, pairs) => {
    if (!isObject(value)) return value;
    const names = new Map(pairs);
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [names.get(name) ?? name, held]));
  };

  extend(Array.prototype, {
    first() { return this[0]; },
    last() { return this[this.length - 1]; },
    isEmpty() { return this.length === 0; },
    isNotEmpty() { return this.length !== 0; },
    sum() { return total(this); },
    average() { return this.length ? total(this) / this.length : 0; },
    max() { return Math.max(...this.map(number)); },
    min() { return Math.min(...this.map(number)); },
    pluck(...names) {
      if (!names.length) return this;
      const held = this.map((one) => (isObject(one) ? Object.entries(one) : [])
        .filter(([name]) => names.includes(name)).map(([, value]) => value));
      return held.filter((values) => values.length).map((values) => (values.length === 1 ? values[0] : values));
    },
    unique(...names) { return distinct(this, names); },
    removeDuplicates(...names) { return distinct(this, names); },
    compact() { return this.filter((one) => one !== null && one !== undefined && one !== '' && !Number.isNaN(one)); },
    chunk(size) { return Array.from({ length: Math.ceil(this.length / size) }, (_one, n) => this.slice(n * size, (n + 1) * size)); },
    append(...more) { return [...this, ...more]; },
    union(other) { return distinct([...this, ...other], []); },
    intersection(other) { return distinct(this.filter((one) => other.some((two) => key(one) === key(two))), []); },
    difference(other) { return this.filter((one) => !other.some((two) => key(one) === key(two))); },
    // One object of all: within a pair the list's own fields win, of two pairs the later one; of one list, the first.
    merge(other) {
      if (other === undefined) return Object.assign({}, ...this.filter(isFields).reverse());
      if (!Array.isArray(other)) throw new Error('merge needs a list');
      const pairs = this.map((one, place) => [one, other[place]]);
      return Object.assign({}, ...pairs.map(([one, two]) => (isObject(one) && isObject(two) ? { ...two, ...one } : {})));
    },
    randomItem() { return this[Math.floor(Math.random() * this.length)]; },
    renameKeys(...names) {
      const pairs = names.flatMap((one, at) => (at % 2 ? [] : [[one, names[at + 1]]]));
      return this.map((one) => renamed(one, pairs));
    },
    smartJoin(name, value) { return Object.fromEntries(this.map((one) => [one[name], one[value]])); },
    toJsonString() { return JSON.stringify(this); },
  });

  const dated = {
    format(form) { return library.moment(this).toFormat(form ?? 'yyyy-MM-dd'); },
    beginningOf(unit = 'week') { return library.moment(this).startOf(unit); },
    endOfMonth() { return library.moment(this).endOf('month'); },
    extract(part = 'week') {
      if (part === 'yearDayNumber') return library.moment(this).ordinal;
      return part === 'week' ? library.moment(this).weekNumber : library.moment(this).get(part);
    },
    isBetween(one, other) {
      const [from, to] = [library.moment(one), library.moment(other)].sort((a, b) => a - b);
      return library.moment(this) > from && library.moment(this) < to;
    },
    isInLast(count = 0, unit = 'minutes') {
      const now = DateTime.now();
      return library.moment(this) >= now.minus(count, unit) && library.moment(this) <= now;
    },
    // As in n8n: how much later this one is, less than nothing where the other comes after it.
    diffTo(other, unit = 'days') {
      const units = [unit].flat();
      const between = library.moment(this).diff(library.moment(other), units);
      return units.length > 1 ? between.toObject() : between.as(units[0]);
    },
    diffToNow(unit = 'days') { return library.moment(this).diffTo(DateTime.now(), unit); },
    toDateTime() { return library.moment(this); },
    toInt() { return library.moment(this).toMillis(); },
    isDst() { return library.moment(this).isInDST; },
    isEmpty() { return false; },
    isNotEmpty() { return true; },
  };
  extend(DateTime.prototype, dated);
  extend(Date.prototype, {
    ...dated,
    plus(value, unit) { return library.moment(this).plus(value, unit); },
    minus(value, unit) { return library.moment(this).minus(value, unit); },
    isWeekend() { return library.moment(this).isWeekend; },
    toLocaleString(locale, options) { return library.dateText(this, locale, options, true, true); },
    toLocaleDateString(locale, options) { return library.dateText(this, locale, options, true, false); },
    toLocaleTimeString(locale, options) { return library.dateText(this, locale, options, false, true); },
  });
  extend(DateTime.prototype, { toDate() { return this.toJSDate(); } });

  // A text that is a moment as JSON writes it has the methods of dates.
  const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
  const onText = (name) => function (...given) {
    if (!WRITTEN.test(this) || Number.isNaN(Date.parse(this))) throw new TypeError(`not a function: ${name}`);
    return new Date(String(this))[name](...given);
  };
  const ofDates = ['format', 'plus', 'minus', 'beginningOf', 'endOfMonth', 'extract', 'isBetween', 'isInLast', 'isDst',
    'isWeekend', 'diffTo', 'diffToNow'];
  extend(String.prototype, Object.fromEntries(ofDates.map((name) => [name, onText(name)])));
})
