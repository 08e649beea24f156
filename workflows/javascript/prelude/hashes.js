// Digests over bytes: MD5, SHA-1, SHA-224 to SHA-512, SHA-3, and HMAC over each of them.
(function (library) {
  'use strict';

  const rotated = (word, count) => (word << count) | (word >>> (32 - count));
  const spun = (word, count) => (word >>> count) | (word << (32 - count));

  // The message with its end mark and its length in bits, in whole blocks.
  const blocks = (bytes, size, little) => {
    const tail = size / 8;
    const whole = new Uint8Array(Math.ceil((bytes.length + 1 + tail) / size) * size);
    whole.set(bytes);
    whole[bytes.length] = 0x80;
    const view = new DataView(whole.buffer);
    const bits = bytes.length * 8;
    const at = whole.length - 8;
    view.setUint32(little ? at : at + 4, bits >>> 0, little);
    view.setUint32(little ? at + 4 : at, Math.floor(bits / 2 ** 32), little);
    return view;
  };

  const written = (words, little) => {
    const view = new DataView(new ArrayBuffer(words.length * 4));
    words.forEach((word, place) => view.setUint32(place * 4, word >>> 0, little));
    return new Uint8Array(view.buffer);
  };

  const SINES = Array.from({ length: 64 }, (_one, place) => Math.floor(Math.abs(Math.sin(place + 1)) * 2 ** 32) | 0);
  const SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

  const md5 = (bytes) => {
    const view = blocks(bytes, 64, true);
    const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let start = 0; start < view.byteLength; start += 64) {
      let [a, b, c, d] = state;
      for (let step = 0; step < 64; step++) {
        const round = step >> 4;
        const mixed = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
        const word = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15;
        const sum = (a + mixed + SINES[step] + view.getUint32(start + word * 4, true)) | 0;
        [a, d, c, b] = [d, c, b, (b + rotated(sum, SHIFTS[round][step & 3])) | 0];
      }
      [a, b, c, d].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return written(state, true);
  };

  const sha1 = (bytes) => {
    const view = blocks(bytes, 64, false);
    const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    const words = new Int32Array(80);
    for (let start = 0; start < view.byteLength; start += 64) {
      for (let step = 0; step < 80; step++) {
        words[step] = step < 16 ? view.getInt32(start + step * 4)
          : rotated(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1);
      }
      let [a, b, c, d, e] = state;
      for (let step = 0; step < 80; step++) {
        const [mixed, k] = step < 20 ? [(b & c) | (~b & d), 0x5a827999] : step < 40 ? [b ^ c ^ d, 0x6ed9eba1]
          : step < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
        [a, b, c, d, e] = [(rotated(a, 5) + mixed + e + k + words[step]) | 0, a, rotated(b, 30), c, d];
      }
      [a, b, c, d, e].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return written(state, false);
  };

  // The first 64 bits of the fractions of roots of primes, exactly: SHA-2 takes its constants from them.
  let constants = null;
  const roots = () => {
    if (constants) return constants;
    const primes = [];
    for (let number = 2n; primes.length < 80; number++) if (primes.every((prime) => number % prime)) primes.push(number);
    const fraction = (prime, power) => {
      const goal = prime << (64n * power);
      let [low, high] = [0n, 1n << 70n];
      while (high - low > 1n) {
        const middle = (low + high) >> 1n;
        if (middle ** power <= goal) low = middle;
        else high = middle;
      }
      return low & 0xffffffffffffffffn;
    };
    constants = { squares: primes.slice(0, 16).map((p) => fraction(p, 2n)), cubes: primes.map((p) => fraction(p, 3n)) };
    return constants;
  };

  // SHA-224 and SHA-384 begin with the next eight primes, take other bits of them, and are cut.
  const sha256 = (bytes) => of32(bytes, roots().squares.slice(0, 8).map((root) => Number(root >> 32n) | 0));
  const sha224 = (bytes) => of32(bytes, roots().squares.slice(8).map((root) => Number(root & 0xffffffffn) | 0)).slice(0, 28);
  const sha512 = (bytes) => of64(bytes, roots().squares.slice(0, 8));
  const sha384 = (bytes) => of64(bytes, roots().squares.slice(8)).slice(0, 48);

  const of32 = (bytes, state) => {
    const view = blocks(bytes, 64, false);
    const { cubes } = roots();
    const added = cubes.slice(0, 64).map((root) => Number(root >> 32n) | 0);
    const words = new Int32Array(64);
    for (let start = 0; start < view.byteLength; start += 64) {
      for (let step = 0; step < 64; step++) {
        if (step < 16) words[step] = view.getInt32(start + step * 4);
        else {
          const [one, two] = [words[step - 15], words[step - 2]];
          words[step] = words[step - 16] + (spun(one, 7) ^ spun(one, 18) ^ (one >>> 3)) + words[step - 7]
            + (spun(two, 17) ^ spun(two, 19) ^ (two >>> 10));
        }
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let step = 0; step < 64; step++) {
        const first = (h + (spun(e, 6) ^ spun(e, 11) ^ spun(e, 25)) + ((e & f) ^ (~e & g)) + added[step] + words[step]) | 0;
        const second = ((spun(a, 2) ^ spun(a, 13) ^ spun(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return written(state, false);
  };

  const of64 = (bytes, state) => {
    const view = blocks(bytes, 128, false);
    const { cubes } = roots();
    const whole = (value) => BigInt.asUintN(64, value);
    const turn = (word, count) => whole((word >> count) | (word << (64n - count)));
    const words = [];
    for (let start = 0; start < view.byteLength; start += 128) {
      for (let step = 0; step < 80; step++) {
        if (step < 16) words[step] = view.getBigUint64(start + step * 8);
        else {
          const [one, two] = [words[step - 15], words[step - 2]];
          words[step] = whole(words[step - 16] + (turn(one, 1n) ^ turn(one, 8n) ^ (one >> 7n)) + words[step - 7]
            + (turn(two, 19n) ^ turn(two, 61n) ^ (two >> 6n)));
        }
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let step = 0; step < 80; step++) {
        const first = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (whole(~e) & g)) + cubes[step] + words[step];
        const second = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        [a, b, c, d, e, f, g, h] = [whole(first + second), a, b, c, whole(d + first), e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] = whole(state[place] + word); });
    }
    return written(state.flatMap((word) => [Number(word >> 32n), Number(word & 0xffffffffn)]), false);
  };

  // What the rounds of Keccak add, from the shift register that its standard gives: one bit for each power of two.
  let added = null;
  const additions = () => {
    if (added) return added;
    let register = 1;
    added = Array.from({ length: 24 }, () => {
      let word = 0n;
      for (let power = 0; power < 7; power++) {
        if (register & 1) word |= 1n << BigInt((1 << power) - 1);
        register <<= 1;
        if (register & 0x100) register ^= 0x171;
      }
      return word;
    });
    return added;
  };

  const mixed = (lanes) => {
    const whole = (value) => BigInt.asUintN(64, value);
    const turn = (word, count) => whole((word << BigInt(count)) | (word >> BigInt(64 - count)));
    for (const addition of additions()) {
      const columns = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
      for (let at = 0; at < 25; at++) lanes[at] ^= columns[(at + 4) % 5] ^ turn(columns[(at + 1) % 5], 1);
      let [x, y, moving] = [1, 0, lanes[1]];
      for (let step = 0; step < 24; step++) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        const place = x + 5 * y;
        [moving, lanes[place]] = [lanes[place], turn(moving, (((step + 1) * (step + 2)) / 2) % 64)];
      }
      for (let row = 0; row < 25; row += 5) {
        const kept = lanes.slice(row, row + 5);
        for (let one = 0; one < 5; one++) lanes[row + one] = kept[one] ^ (whole(~kept[(one + 1) % 5]) & kept[(one + 2) % 5]);
      }
      lanes[0] ^= addition;
    }
  };

  const sha3 = (size) => (bytes) => {
    const rate = 200 - 2 * size;
    const full = new Uint8Array((Math.floor(bytes.length / rate) + 1) * rate);
    full.set(bytes);
    full[bytes.length] ^= 0x06;
    full[full.length - 1] ^= 0x80;
    const view = new DataView(full.buffer);
    const lanes = Array(25).fill(0n);
    for (let start = 0; start < full.length; start += rate) {
      for (let at = 0; at < rate / 8; at++) lanes[at] ^= view.getBigUint64(start + at * 8, true);
      mixed(lanes);
    }
    const told = new DataView(new ArrayBuffer(200));
    lanes.forEach((lane, at) => told.setBigUint64(at * 8, lane, true));
    return new Uint8Array(told.buffer, 0, size).slice();
  };

  const DIGESTS = {
    md5: [md5, 64], sha1: [sha1, 64], sha224: [sha224, 64], sha256: [sha256, 64], sha384: [sha384, 128], sha512: [sha512, 128],
    'sha3-256': [sha3(32), 136], 'sha3-384': [sha3(48), 104], 'sha3-512': [sha3(64), 72],
  };
  const named = (name) => {
    const given = String(name).toLowerCase();
    const plain = given === 'sha3' ? 'sha3-512' : given.startsWith('sha3-') ? given : given.replace('-', '');
    if (!Object.hasOwn(DIGESTS, plain)) throw new Error(`digest ${name} is not supported: ${Object.keys(DIGESTS).join(', ')} are`);
    return DIGESTS[plain];
  };
  const asBytes = (value, form) => (typeof value === 'string' ? library.decoded(value, form) : new Uint8Array(value));

  library.digest = (name, bytes, form) => {
    const found = named(name)[0](bytes);
    return form === undefined ? Buffer.from(found) : library.encoded(found, form);
  };

  const keyed = (name, key, bytes) => {
    const [digest, size] = named(name);
    const full = new Uint8Array(size);
    full.set(key.length > size ? digest(key) : key);
    const inner = digest(Buffer.concat([full.map((byte) => byte ^ 0x36), bytes]));
    return digest(Buffer.concat([full.map((byte) => byte ^ 0x5c), inner]));
  };

  const collecting = (finish) => {
    const parts = [];
    const self = {
      update(value, form) {
        parts.push(asBytes(value, form));
        return self;
      },
      digest: (form) => (form === undefined ? Buffer.from(finish(parts)) : library.encoded(finish(parts), form)),
    };
    return self;
  };

  const random = () => Math.floor(Math.random() * 256);
  globalThis.crypto = {
    createHash: (name) => collecting((parts) => named(name)[0](Buffer.concat(parts))),
    createHmac: (name, key) => collecting((parts) => keyed(name, asBytes(key), Buffer.concat(parts))),
    randomUUID() {
      const bytes = Uint8Array.from({ length: 16 }, random);
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      return library.hex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    },
    randomBytes: (count) => Buffer.from(Array.from({ length: Math.min(count, 65536) }, random)),
  };
})
