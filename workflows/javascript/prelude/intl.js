// As much of Intl as our own forms of numbers and times can give; the rest says what to use.
(function (library) {
  'use strict';

  const formatter = (write, resolved) => function (locale = 'en', options = {}) {
    library.localeOf(locale);
    return Object.freeze({
      format: (value) => write(value, locale, options),
      resolvedOptions: () => ({ locale: [locale].flat()[0], ...resolved(options) }),
    });
  };

  const known = {
    NumberFormat: formatter((value, locale, options) => library.numberText(Number(value), locale, options), () => ({})),
    DateTimeFormat: formatter(
      (value, locale, options) => library.timeText(library.moment(value ?? Date.now()), locale, options),
      (options) => ({ timeZone: library.zoneNamed(options.timeZone) }),
    ),
  };
  globalThis.Intl = new Proxy(known, {
    get(_target, name) {
      if (typeof name !== 'string' || Object.hasOwn(known, name)) return known[name];
      throw new Error(`Intl.${name} is not supported: toLocaleString, toFormat, Intl.NumberFormat and Intl.DateTimeFormat are`);
    },
  });
})
