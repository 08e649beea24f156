"""PURE: the calculator that n8n gives to agents, as a program of ours: the jail evaluates no texts."""

from __future__ import annotations

CALCULATES = r"""
const s = String(query).replace(/\s+/g, ""), names = new Map([["pi", Math.PI], ["e", Math.E]]);
let at = 0;
const fail = (why) => { throw new Error(why + " at character " + (at + 1)); };
const sum = () => {
  let value = product();
  while (s[at] === "+" || s[at] === "-") value = s[at++] === "+" ? value + product() : value - product();
  return value;
};
const product = () => {
  let value = power();
  while ("*/%".includes(s[at] || " ")) {
    const sign = s[at++], next = power();
    value = sign === "*" ? value * next : sign === "/" ? value / next : value % next;
  }
  return value;
};
const power = () => {
  const value = signed();
  if (s[at] === "^") { at += 1; return value ** power(); }
  if (s.startsWith("**", at)) { at += 2; return value ** power(); }
  return value;
};
const signed = () => {
  if (s[at] === "-") { at += 1; return -power(); }
  if (s[at] === "+") { at += 1; return power(); }
  return atom();
};
const bracket = () => {
  at += 1;
  const value = sum();
  if (s[at] !== ")") fail("a bracket is missing");
  at += 1;
  return value;
};
const atom = () => {
  if (s[at] === "(") return bracket();
  const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(s.slice(at));
  if (number) { at += number[0].length; return Number(number[0]); }
  const word = /^(?:Math\.)?([A-Za-z]\w*)/.exec(s.slice(at));
  if (!word) fail("a number is missing");
  at += word[0].length;
  const name = word[1];
  if (s[at] === "(" && Object.hasOwn(Math, name)) return Math[name](bracket());
  const known = names.get(name.toLowerCase());
  return known === undefined ? fail("unknown name " + name) : known;
};
const value = sum();
if (at < s.length) fail("unexpected " + s[at]);
return String(value);
"""
