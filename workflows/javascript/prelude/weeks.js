// Weeks and days of a year, as ISO 8601 counts them: week 1 is the one with the first Thursday.
(function (library) {
  'use strict';

  const DAY = 86400000;
  const pad = (number, width) => String(number).padStart(width, '0');
  const textOf = (moment) => new Date(moment).toISOString().slice(0, 10);
  const daysIn = (year) => (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY;
  const weekdayOf = (moment) => new Date(moment).getUTCDay() || 7;
  // Midnight (ms) of the Monday of week 1: the week of 4 January.
  const firstMonday = (year) => Date.UTC(year, 0, 4) - (weekdayOf(Date.UTC(year, 0, 4)) - 1) * DAY;
  const weeksIn = (year) => (firstMonday(year + 1) - firstMonday(year)) / (7 * DAY);

  const dayOfWeek = (year, week, weekday) => firstMonday(year) + ((week - 1) * 7 + weekday - 1) * DAY;
  const dayOfYear = (year, ordinal) => Date.UTC(year, 0, ordinal);

  const WEEK = /^(\d{4})-?W(\d{2})(?:-?(\d))?(?=T|$)/i;
  const ORDINAL = /^(\d{4})-?(\d{3})(?=T|$)/;

  // An ISO text with year, month and day where it has a week or the day of the year; null where there is no such day.
  library.withDate = (text) => {
    const week = WEEK.exec(text);
    if (week) {
      const [year, number, weekday] = [Number(week[1]), Number(week[2]), Number(week[3] ?? 1)];
      if (number < 1 || number > weeksIn(year) || weekday < 1 || weekday > 7) return null;
      return textOf(dayOfWeek(year, number, weekday)) + text.slice(week[0].length);
    }
    const ordinal = ORDINAL.exec(text);
    if (!ordinal) return text;
    const [year, number] = [Number(ordinal[1]), Number(ordinal[2])];
    if (number < 1 || number > daysIn(year)) return null;
    return textOf(dayOfYear(year, number)) + text.slice(ordinal[0].length);
  };

  // Fields with `year`, `month` and `day` in place of those of a week, or of the day of the year. `now` says the rest.
  library.withDay = ({ weekYear, weekNumber, weekday, ordinal, ...rest }, now) => {
    let day;
    if (weekYear !== undefined || weekNumber !== undefined || weekday !== undefined) {
      day = dayOfWeek(weekYear ?? now.weekYear, weekNumber ?? now.weekNumber, weekday ?? now.weekday);
    } else if (ordinal !== undefined) {
      day = dayOfYear(rest.year ?? now.year, ordinal);
    } else {
      return rest;
    }
    const date = new Date(day);
    return { ...rest, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  };

  const known = {
    get weeksInWeekYear() { return weeksIn(this.weekYear); },
    get daysInYear() { return daysIn(this.year); },
    toISOWeekDate() {
      return this.isValid ? `${pad(this.weekYear, 4)}-W${pad(this.weekNumber, 2)}-${this.weekday}` : null;
    },
  };
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(known))) {
    Object.defineProperty(DateTime.prototype, name, { ...property, enumerable: false });
  }
})
