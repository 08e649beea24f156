// How times and numbers read: Luxon's tokens, and the usual forms of Russian, English and Portuguese.
(function (library) {
  'use strict';

  const LOCALES = {
    ru: {
      months: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
      dated: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' '),
      short: 'янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.'.split(' '),
      days: 'понедельник вторник среда четверг пятница суббота воскресенье'.split(' '),
      shortDays: 'пн вт ср чт пт сб вс'.split(' '),
      date: 'dd.MM.yyyy', time: 'HH:mm:ss', between: ', ', long: "d MMMM yyyy 'г.'", group: '\u00a0', point: ',',
    },
    en: {
      months: ('January February March April May June July August September October November December').split(' '),
      short: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),
      days: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
      shortDays: 'Mon Tue Wed Thu Fri Sat Sun'.split(' '),
      date: 'M/d/yyyy', time: 'h:mm:ss a', between: ', ', long: 'MMMM d, yyyy', group: ',', point: '.',
    },
    pt: {
      months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro'.split(' '),
      short: 'jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.'.split(' '),
      days: 'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo'.split(' '),
      shortDays: 'seg. ter. qua. qui. sex. sáb. dom.'.split(' '),
      date: 'dd/MM/yyyy', time: 'HH:mm:ss', between: ', ', long: "d 'de' MMMM 'de' yyyy", group: '.', point: ',',
    },
  };

  library.localeOf = (name) => {
    const language = String(Array.isArray(name) ? name[0] : name ?? 'en').slice(0, 2).toLowerCase();
    if (!Object.hasOwn(LOCALES, language)) throw new Error(`locale "${name}" is not supported: ru, en and pt are`);
    return LOCALES[language];
  };

  const pad = (number, width) => String(Math.abs(number)).padStart(width, '0');
  library.pad = pad;

  library.offsetText = (minutes, form) => {
    const sign = minutes < 0 ? '-' : '+';
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    if (form === 'narrow') return `${sign}${hours}${rest ? `:${pad(rest, 2)}` : ''}`;
    return `${sign}${pad(hours, 2)}${form === 'techie' ? '' : ':'}${pad(rest, 2)}`;
  };

  const TOKENS = {
    S: (t) => t.millisecond, SSS: (t) => pad(t.millisecond, 3), u: (t) => pad(t.millisecond, 3),
    s: (t) => t.second, ss: (t) => pad(t.second, 2), m: (t) => t.minute, mm: (t) => pad(t.minute, 2),
    h: (t) => t.hour % 12 || 12, hh: (t) => pad(t.hour % 12 || 12, 2), H: (t) => t.hour, HH: (t) => pad(t.hour, 2),
    Z: (t) => library.offsetText(t.offset, 'narrow'), ZZ: (t) => library.offsetText(t.offset),
    ZZZ: (t) => library.offsetText(t.offset, 'techie'), z: (t) => t.zoneName, ZZZZ: (t) => t.zoneName,
    a: (t) => (t.hour < 12 ? 'AM' : 'PM'), d: (t) => t.day, dd: (t) => pad(t.day, 2),
    D: (t, l) => library.formatted(t, l.date, l), DD: (t, l) => library.formatted(t, l.long.replace('MMMM', 'MMM'), l),
    DDD: (t, l) => library.formatted(t, l.long, l), DDDD: (t, l) => library.formatted(t, `EEEE, ${l.long}`, l),
    t: (t, l) => library.formatted(t, l.time.replace(':ss', ''), l), T: (t) => `${pad(t.hour, 2)}:${pad(t.minute, 2)}`,
    tt: (t, l) => library.formatted(t, l.time, l), TT: (t, l) => library.formatted(t, 'HH:mm:ss', l),
    c: (t) => t.weekday, E: (t) => t.weekday, ccc: (t, l) => l.shortDays[t.weekday - 1],
    EEE: (t, l) => l.shortDays[t.weekday - 1], cccc: (t, l) => l.days[t.weekday - 1], EEEE: (t, l) => l.days[t.weekday - 1],
    EEEEE: (t, l) => l.days[t.weekday - 1][0].toUpperCase(),
    L: (t) => t.month, LL: (t) => pad(t.month, 2), LLL: (t, l) => l.short[t.month - 1], LLLL: (t, l) => l.months[t.month - 1],
    M: (t) => t.month, MM: (t) => pad(t.month, 2), MMM: (t, l) => l.short[t.month - 1],
    MMMM: (t, l) => (l.dated ?? l.months)[t.month - 1], y: (t) => t.year, yy: (t) => pad(t.year % 100, 2),
    yyyy: (t) => pad(t.year, 4), kk: (t) => pad(t.weekYear % 100, 2), kkkk: (t) => pad(t.weekYear, 4),
    W: (t) => t.weekNumber, WW: (t) => pad(t.weekNumber, 2), o: (t) => t.ordinal, ooo: (t) => pad(t.ordinal, 3),
    q: (t) => t.quarter, qq: (t) => pad(t.quarter, 2), X: (t) => Math.floor(t.toMillis() / 1000), x: (t) => t.toMillis(),
  };
  const PIECES = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

  // A moment in Luxon's tokens; letters that are no token stay as they are.
  library.formatted = (moment, form, locale) =>
    String(form).replace(PIECES, (piece, quoted) =>
      quoted !== undefined ? quoted : Object.hasOwn(TOKENS, piece) ? TOKENS[piece](moment, locale) : piece);

  const READERS = {
    yyyy: ['(\\d{4})', 'year'], y: ['(\\d{1,6})', 'year'], yy: ['(\\d{2})', 'shortYear'], MM: ['(\\d{2})', 'month'],
    M: ['(\\d{1,2})', 'month'], LL: ['(\\d{2})', 'month'], L: ['(\\d{1,2})', 'month'], dd: ['(\\d{2})', 'day'],
    d: ['(\\d{1,2})', 'day'], HH: ['(\\d{2})', 'hour'], H: ['(\\d{1,2})', 'hour'], hh: ['(\\d{2})', 'hour'],
    h: ['(\\d{1,2})', 'hour'], mm: ['(\\d{2})', 'minute'], m: ['(\\d{1,2})', 'minute'], ss: ['(\\d{2})', 'second'],
    s: ['(\\d{1,2})', 'second'], SSS: ['(\\d{3})', 'millisecond'], S: ['(\\d{1,3})', 'millisecond'],
    a: ['([AaPp][Mm])', 'half'], ZZ: ['([+-]\\d{2}:?\\d{2}|Z)', 'offset'], ZZZ: ['([+-]\\d{4}|Z)', 'offset'],
    Z: ['([+-]\\d{1,2}(?::\\d{2})?|Z)', 'offset'], z: ['([A-Za-z_]+(?:/[A-Za-z_]+)*)', 'zone'],
    X: ['(-?\\d+)', 'unix'], x: ['(-?\\d+)', 'unixMs'],
    EEE: ['\\S+?', null], EEEE: ['\\S+?', null], ccc: ['\\S+?', null], cccc: ['\\S+?', null],
  };
  const NAMES = { MMM: 'short', MMMM: 'months', LLL: 'short', LLLL: 'months' };
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

  // The parts of a time that is written in this form; null when it is not.
  library.parsed = (text, form, locale) => {
    const fields = [];
    const pattern = String(form).replace(PIECES, (piece, quoted) => {
      if (quoted !== undefined) return escaped(quoted);
      if (Object.hasOwn(NAMES, piece)) {
        fields.push('monthName');
        return `(${[...locale.months, ...(locale.dated ?? []), ...locale.short].map(escaped).join('|')})`;
      }
      if (!Object.hasOwn(READERS, piece)) return escaped(piece);
      if (READERS[piece][1]) fields.push(READERS[piece][1]);
      return READERS[piece][0];
    });
    const match = new RegExp(`^${pattern}$`, 'iu').exec(String(text).trim());
    if (!match) return null;
    const parts = Object.fromEntries(fields.map((field, index) => [field, match[index + 1]]));
    if (parts.monthName) {
      const name = parts.monthName.toLowerCase();
      const lists = [locale.months, locale.dated ?? [], locale.short].map((list) => list.map((one) => one.toLowerCase()));
      parts.month = Math.max(...lists.map((list) => list.indexOf(name))) + 1;
    }
    if (parts.shortYear) parts.year = Number(parts.shortYear) + (Number(parts.shortYear) > 60 ? 1900 : 2000);
    if (parts.half) parts.hour = (Number(parts.hour) % 12) + (/p/i.test(parts.half) ? 12 : 0);
    return parts;
  };

  const SIGNS = { RUB: '₽', USD: '$', EUR: '€', BRL: 'R$', GBP: '£', KZT: '₸', UAH: '₴', CNY: '¥' };

  library.numberText = (number, name, options = {}) => {
    const locale = library.localeOf(name);
    const money = options.style === 'currency';
    const percent = options.style === 'percent';
    const least = options.minimumFractionDigits ?? (money ? 2 : 0);
    const most = Math.max(least, options.maximumFractionDigits ?? (money ? 2 : percent ? 0 : 3));
    if (!Number.isFinite(number)) return String(number);
    let [whole, rest = ''] = Math.abs(percent ? number * 100 : number).toFixed(most).split('.');
    while (rest.length > least && rest.endsWith('0')) rest = rest.slice(0, -1);
    if (options.useGrouping !== false) whole = whole.replace(/\B(?=(\d{3})+$)/g, locale.group);
    const text = rest ? `${whole}${locale.point}${rest}` : whole;
    const sign = number < 0 ? '-' : '';
    if (percent) return `${sign}${text}${locale === LOCALES.ru ? '\u00a0' : ''}%`;
    if (!money) return sign + text;
    const unit = SIGNS[options.currency] ?? options.currency;
    return locale === LOCALES.ru ? `${sign}${text}\u00a0${unit}`
      : `${sign}${unit}${locale === LOCALES.pt ? '\u00a0' : ''}${text}`;
  };

  const STYLES = { full: 'EEEE, ', long: '', medium: '', short: '' };

  // A moment as `toLocaleString` writes it. Without options date and time, as far as asked for.
  library.timeText = (moment, name, options = {}, withDate = true, withTime = false) => {
    const locale = library.localeOf(name);
    const at = options.timeZone ? moment.setZone(options.timeZone) : moment;
    const [date, time] = [dateForm(locale, options), timeForm(locale, options)];
    const given = date || time;
    const forms = given ? [date, time] : [withDate && locale.date, withTime && locale.time];
    return library.formatted(at, forms.filter(Boolean).join(locale.between), locale);
  };

  const dateForm = (locale, o) => {
    if (o.dateStyle) {
      if (o.dateStyle === 'short') return locale.date;
      const long = STYLES[o.dateStyle] + locale.long;
      return o.dateStyle === 'medium' ? long.replace('MMMM', 'MMM') : long;
    }
    if (!(o.year || o.month || o.day || o.weekday)) return '';
    const weekday = o.weekday ? (o.weekday === 'long' ? 'EEEE' : 'EEE') : '';
    if (o.month !== 'long' && o.month !== 'short') {
      const year = o.year === '2-digit' ? 'yy' : 'yyyy';
      const plain = locale.date.replace('yyyy', o.year ? year : '').replace(/M+/, o.month === '2-digit' ? 'MM' : o.month ? '$&' : '')
        .replace(/d+/, o.day === '2-digit' ? 'dd' : o.day ? '$&' : '').replace(/^[./]+|[./]+$/g, '').replace(/([./])[./]+/g, '$1');
      return [weekday, plain].filter(Boolean).join(', ');
    }
    const month = o.month === 'long' ? 'MMMM' : 'MMM';
    let named = locale.long.replace('MMMM', month);
    if (!o.day) named = named.replace(/d,? ?(?:'de' )?/, '').replace(/MMM+,/, month).replace('MMMM', 'LLLL');
    if (!o.year) named = named.replace(/,? ?(?:'de' )?yyyy(?: 'г.')?/, '');
    return [weekday, named.trim()].filter(Boolean).join(', ');
  };

  const timeForm = (locale, o) => {
    if (o.timeStyle) return o.timeStyle === 'short' ? locale.time.replace(':ss', '') : locale.time;
    if (!(o.hour || o.minute || o.second)) return '';
    const twelve = o.hour12 ?? locale.time.startsWith('h');
    const hour = twelve ? (o.hour === '2-digit' ? 'hh' : 'h') : 'HH';
    return [o.hour && hour, o.minute && 'mm', o.second && 'ss'].filter(Boolean).join(':') + (twelve && o.hour ? ' a' : '');
  };

  library.dateText = (date, name, options, withDate, withTime) =>
    Number.isNaN(date.getTime()) ? 'Invalid Date' : library.timeText(library.moment(date), name, options, withDate, withTime);

  const AGO = {
    ru: ['через %', '% назад', 'г. мес. дн. ч. мин. с', 'г. мес. дн. ч. мин. с'],
    en: ['in %', '% ago', 'year month day hour minute second', 'years months days hours minutes seconds'],
    pt: ['em %', 'há %', 'ano mês dia hora minuto segundo', 'anos meses dias horas minutos segundos'],
  };
  const LENGTHS = [31536000, 2592000, 86400, 3600, 60, 1];

  // How long ago or ahead, in the largest unit of which there is one, or in `unit` (`hours`).
  library.relative = (moment, name, unit) => {
    library.localeOf(name);
    const [future, past, one, more] = AGO[String(name).slice(0, 2).toLowerCase()];
    const seconds = (moment.toMillis() - Date.now()) / 1000;
    const asked = AGO.en[3].split(' ').indexOf(`${String(unit).replace(/s$/, '')}s`);
    const fit = LENGTHS.findIndex((length) => Math.abs(seconds) >= length);
    const place = asked >= 0 ? asked : fit >= 0 ? fit : LENGTHS.length - 1;
    const count = Math.trunc(Math.abs(seconds) / LENGTHS[place]);
    return (seconds < 0 ? past : future).replace('%', `${count} ${(count === 1 ? one : more).split(' ')[place]}`);
  };
})
