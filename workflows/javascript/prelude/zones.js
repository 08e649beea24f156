// Time zones as data: the moments (ms) at which the offset (minutes) of a zone changes come from outside.
(function (library) {
  'use strict';

  const zones = new Map();
  let home = 'UTC';
  library.wanted = new Set();
  library.types = [];
  library.freeze = (value) => {
    if (value !== null && typeof value === 'object') {
      Object.values(value).forEach(library.freeze);
      Object.freeze(value);
    }
    return value;
  };

  library.openZones = (name, known) => {
    home = name;
    for (const [zone, changes] of Object.entries(known)) zones.set(zone, changes);
  };

  const FIXED = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i;

  // The canonical name of a zone; null for one that does not exist. One that is not here yet is asked for.
  library.zoneNamed = (name) => {
    if (name === undefined || name === null || /^(system|local|default)$/i.test(name)) return home;
    const text = typeof name === 'object' && name.name ? String(name.name) : String(name);
    if (/^(utc|gmt|z|etc\/utc)$/i.test(text)) return 'UTC';
    const fixed = FIXED.exec(text);
    if (fixed) return `UTC${fixed[1]}${Number(fixed[2])}${fixed[3] && fixed[3] !== '00' ? `:${fixed[3]}` : ''}`;
    if (!zones.has(text)) {
      library.wanted.add(text.slice(0, 64));
      throw new Error(`time zone "${text}" is not known`);
    }
    return zones.get(text) === null ? null : text;
  };

  // Minutes east of Greenwich in the zone at a moment (ms).
  library.offsetAt = (zone, moment) => {
    if (zone === 'UTC') return 0;
    const fixed = FIXED.exec(zone);
    if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0));
    const [moments, offsets] = zones.get(zone);
    let low = 0;
    let high = moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moments[middle] <= moment) low = middle + 1;
      else high = middle;
    }
    return offsets[low];
  };

  // The moment (ms) at which clocks in the zone show this time (ms as if it were UTC).
  library.momentOf = (zone, shown, hint) => {
    let offset = hint ?? library.offsetAt(zone, shown);
    let moment = shown - offset * 60000;
    const there = library.offsetAt(zone, moment);
    if (there === offset) return moment;
    moment = shown - there * 60000;
    offset = library.offsetAt(zone, moment);
    return offset === there ? moment : shown - Math.min(there, offset) * 60000;
  };
})
