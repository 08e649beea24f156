// Bytes and texts: UTF-8, base64, hex, and as much of Node's Buffer as programs over JSON use.
(function (library) {
  'use strict';

  library.utf8 = (text) => {
    const escaped = encodeURIComponent(text.toWellFormed());
    const bytes = [];
    for (let place = 0; place < escaped.length; place++) {
      if (escaped[place] !== '%') bytes.push(escaped.charCodeAt(place));
      else {
        bytes.push(parseInt(escaped.slice(place + 1, place + 3), 16));
        place += 2;
      }
    }
    return Uint8Array.from(bytes);
  };

  library.fromUtf8 = (bytes) => {
    let text = '';
    for (let place = 0; place < bytes.length;) {
      const first = bytes[place++];
      const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
      let point = more > 0 ? first & (0x3f >> more) : first;
      let left = more;
      while (left > 0 && place < bytes.length && (bytes[place] & 0xc0) === 0x80) {
        point = (point << 6) | (bytes[place++] & 0x3f);
        left -= 1;
      }
      text += more < 0 || left > 0 || point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    }
    return text;
  };

  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

  library.base64 = (bytes) => {
    const text = [];
    for (let place = 0; place < bytes.length; place += 3) {
      const three = (bytes[place] << 16) | ((bytes[place + 1] ?? 0) << 8) | (bytes[place + 2] ?? 0);
      const left = bytes.length - place;
      text.push(LETTERS[three >> 18], LETTERS[(three >> 12) & 63], left > 1 ? LETTERS[(three >> 6) & 63] : '=',
        left > 2 ? LETTERS[three & 63] : '=');
    }
    return text.join('');
  };

  library.fromBase64 = (text) => {
    const bytes = [];
    let [held, bits] = [0, 0];
    for (const letter of text.replace(/-/g, '+').replace(/_/g, '/')) {
      const value = LETTERS.indexOf(letter);
      if (value < 0) continue;
      held = ((held << 6) | value) & 0xffffff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((held >> bits) & 0xff);
      }
    }
    return Uint8Array.from(bytes);
  };

  library.hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const fromHex = (text) => Uint8Array.from((text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => parseInt(pair, 16)));
  const oneByOne = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);

  library.encoded = (bytes, form = 'utf8') => {
    switch (String(form).toLowerCase()) {
      case 'utf8': case 'utf-8': return library.fromUtf8(bytes);
      case 'base64': return library.base64(bytes);
      case 'base64url': return library.base64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
      case 'hex': return library.hex(bytes);
      case 'latin1': case 'binary': case 'ascii': return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
      default: throw new Error(`encoding ${form} is not supported`);
    }
  };

  library.decoded = (text, form = 'utf8') => {
    switch (String(form).toLowerCase()) {
      case 'utf8': case 'utf-8': return library.utf8(text);
      case 'base64': case 'base64url': return library.fromBase64(text);
      case 'hex': return fromHex(text);
      case 'latin1': case 'binary': case 'ascii': return oneByOne(text);
      default: throw new Error(`encoding ${form} is not supported`);
    }
  };

  class Buffer extends Uint8Array {
    static from(value, form) {
      if (typeof value === 'string') return new Buffer(library.decoded(value, form));
      if (value instanceof ArrayBuffer || Array.isArray(value) || ArrayBuffer.isView(value)) return new Buffer(value);
      throw new TypeError('Buffer.from needs a text or bytes');
    }

    static alloc(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(text, form) { return Buffer.from(text, form).length; }

    static concat(list) {
      const whole = new Buffer(list.reduce((sum, one) => sum + one.length, 0));
      let place = 0;
      for (const one of list) {
        whole.set(one, place);
        place += one.length;
      }
      return whole;
    }

    toString(form) { return library.encoded(this, form); }
    toJSON() { return { type: 'Buffer', data: [...this] }; }
    equals(other) { return library.hex(this) === library.hex(other); }
  }

  class TextEncoder {
    encode(text = '') { return library.utf8(String(text)); }
  }

  class TextDecoder {
    decode(bytes) { return library.fromUtf8(new Uint8Array(bytes ?? [])); }
  }

  Object.assign(globalThis, { Buffer, TextEncoder, TextDecoder });
  globalThis.structuredClone = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
})
