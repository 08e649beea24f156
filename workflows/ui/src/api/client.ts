import { boot } from "../boot";
import { parse } from "./exact";

/** An answer of the API that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, any>,
  ) {
    super(message);
  }
}

export interface Answer<T> {
  data: T;
  etag: string | null;
  status: number;
}

let lent: { access: string; until: number } | null = null;
let asking: Promise<string> | null = null;

/** A token that holds for at least half a minute; the person's cookie fetches the next one when it is needed. */
export function token(): Promise<string> {
  if (lent && lent.until - Date.now() > 30_000) return Promise.resolve(lent.access);
  asking ??= borrow().finally(() => {
    asking = null;
  });
  return asking;
}

async function borrow(): Promise<string> {
  const response = await fetch(boot.token, { method: "POST", headers: { "X-CSRFToken": cookie(boot.csrfCookie) } });
  const isAnswer = response.ok && response.headers.get("Content-Type")?.includes("json");
  if (!isAnswer) throw new ApiError(401, "session_ended", boot.texts.sessionEnded ?? "", {});
  const { access, expiresIn } = await response.json();
  lent = { access, until: Date.now() + expiresIn * 1000 };
  return access;
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return decodeURIComponent(found?.slice(name.length + 1) ?? "");
}

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One call of the API. Raises `ApiError` with the server's own words. */
export async function call<T = any>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const response = await send(method, path, options);
  if (response.status === 401) lent = null;
  const again = response.status === 401 ? await send(method, path, options) : response;
  const text = await again.text();
  const data = text ? parse(text) : null;
  if (!again.ok) {
    const told = (data ?? {}) as any;
    throw new ApiError(again.status, told.code ?? "error", told.message ?? again.statusText, told.details ?? {});
  }
  return { data: data as T, etag: again.headers.get("ETag"), status: again.status };
}

async function send(method: string, path: string, { body, headers, signal }: Options): Promise<Response> {
  const access = await token();
  return fetch(boot.api + path, {
    method,
    signal,
    headers: {
      Authorization: `Bearer ${access}`,
      "Accept-Language": boot.language,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

export const get = async <T = any>(path: string, signal?: AbortSignal): Promise<T> =>
  (await call<T>("GET", path, { signal })).data;
export const post = async <T = any>(path: string, body: unknown = {}): Promise<T> =>
  (await call<T>("POST", path, { body })).data;

/** Every row of a list that is cut into pages. */
export async function all<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; ; page += 1) {
    const joint = path.includes("?") ? "&" : "?";
    const { results, next } = await get<{ results: T[]; next: unknown }>(`${path}${joint}pageSize=200&page=${page}`);
    rows.push(...results);
    if (!next) return rows;
  }
}
