// Addresses as the web knows them: enough of URL and URLSearchParams to take one apart and to put one together.
(function () {
  'use strict';

  const PARTS = /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^:/?#]*|\[[^\]]*\])(?::(\d{1,5}))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i;
  const coded = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const plain = (text) => {
    try {
      return decodeURIComponent(text.replace(/\+/g, ' '));
    } catch {
      return text;
    }
  };

  class URLSearchParams {
    #pairs = [];

    constructor(from = '') {
      if (typeof from === 'string') {
        this.#pairs = from.replace(/^\?/, '').split('&').filter(Boolean).map((pair) => {
          const [name, ...value] = pair.split('=');
          return [plain(name), plain(value.join('='))];
        });
      } else {
        const pairs = typeof from[Symbol.iterator] === 'function' ? [...from] : Object.entries(from);
        this.#pairs = pairs.map(([name, value]) => [String(name), String(value)]);
      }
    }

    append(name, value) { this.#pairs.push([String(name), String(value)]); }
    delete(name) { this.#pairs = this.#pairs.filter(([one]) => one !== name); }
    get(name) { return this.#pairs.find(([one]) => one === name)?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter(([one]) => one === name).map(([, value]) => value); }
    has(name) { return this.#pairs.some(([one]) => one === name); }
    sort() { this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)); }
    keys() { return this.#pairs.map(([name]) => name).values(); }
    values() { return this.#pairs.map(([, value]) => value).values(); }
    entries() { return this.#pairs.map((pair) => [...pair]).values(); }
    [Symbol.iterator]() { return this.entries(); }
    forEach(tell) { this.#pairs.forEach(([name, value]) => tell(value, name, this)); }
    get size() { return this.#pairs.length; }
    toString() { return this.#pairs.map(([name, value]) => `${coded(name)}=${coded(value)}`).join('&'); }

    set(name, value) {
      const at = this.#pairs.findIndex(([one]) => one === name);
      if (at < 0) return this.append(name, value);
      this.#pairs = this.#pairs.filter(([one], place) => one !== name || place === at);
      this.#pairs[at][1] = String(value);
      return undefined;
    }
  }

  class URL {
    constructor(text, from) {
      const match = PARTS.exec(String(text).trim()) ?? (from === undefined ? null : PARTS.exec(URL.#joined(String(text), new URL(from))));
      if (!match || (match[4] === undefined && /^https?:/i.test(match[1]))) throw new TypeError(`Invalid URL: ${text}`);
      this.protocol = match[1].toLowerCase();
      this.username = match[2] ?? '';
      this.password = match[3] ?? '';
      this.hostname = (match[4] ?? '').toLowerCase();
      this.port = match[5] ?? '';
      this.pathname = encodeURI(plain(match[6].replace(/\+/g, '%2B'))) || (this.hostname ? '/' : '');
      this.searchParams = new URLSearchParams(match[7] ?? '');
      this.hash = match[8] ?? '';
    }

    static #joined(text, base) {
      if (text.startsWith('//')) return base.protocol + text;
      if (text.startsWith('/')) return base.origin + text;
      if (text.startsWith('?')) return base.origin + base.pathname + text;
      return base.origin + base.pathname.replace(/[^/]*$/, '') + text;
    }

    static canParse(text, from) {
      try {
        return Boolean(new URL(text, from));
      } catch {
        return false;
      }
    }

    get host() { return this.hostname + (this.port && `:${this.port}`); }
    get origin() { return `${this.protocol}//${this.host}`; }
    get search() { return this.searchParams.size ? `?${this.searchParams}` : ''; }
    set search(text) { this.searchParams = new URLSearchParams(text); }

    get href() {
      const person = this.username && `${this.username}${this.password && `:${this.password}`}@`;
      return `${this.protocol}${this.hostname && '//'}${person}${this.host}${this.pathname}${this.search}${this.hash}`;
    }

    toString() { return this.href; }
    toJSON() { return this.href; }
  }

  Object.assign(globalThis, { URL, URLSearchParams });
})
