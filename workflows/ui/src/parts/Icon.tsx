const PATHS: Record<string, string> = {
  wildberries: "M3 6l3 12 3.5-9h5L18 18l3-12",
  data: "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
  flow: "M6 4v5a3 3 0 0 0 3 3h6a3 3 0 0 1 3 3v5M6 4l-3 3M6 4l3 3M18 20l-3-3M18 20l3-3",
  http: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
  test: "M9 3h6M10 3v6l-6 10a1.5 1.5 0 0 0 1.300 2h13.400a1.500 1.500 0 0 0 1.300-2L14 9V3M7.500 15h9",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6",
  layout: "M3 4h7v6H3zM14 14h7v6h-7zM10 7h4a3 3 0 0 1 3 3v4",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  save: "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6",
  publish: "M12 16V4M7 9l5-5 5 5M4 20h16",
  unpublish: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.600 5.600l12.800 12.800",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4 4",
  retry: "M4 12a8 8 0 1 1 3 6M4 12l-2-3M4 12l3-2",
  fold: "M14 6l-6 6 6 6",
  unfold: "M10 6l6 6-6 6",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  repair: "M14 6a4 4 0 0 0-5 5l-6 6 3 3 6-6a4 4 0 0 0 5-5l-3 2-2-2z",
  compare: "M8 4v16M16 4v16M4 8l4-4M20 16l-4 4",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  help: "M9 9a3 3 0 1 1 4 2.800c-1 .5-1 1.200-1 2.200M12 18h.01",
};

/** A small drawing without words; what it stands for is said by the button around it. */
export function Icon({ name }: { name: string }) {
  return (
    <svg className="nyd-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name] ?? PATHS.flow} />
    </svg>
  );
}
