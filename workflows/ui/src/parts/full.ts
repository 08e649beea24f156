/** Lets the page take the whole window, and gives it back. */
export function toggleFull(): void {
  document.getElementById("naryad-page")?.classList.toggle("nyd-full");
  fitWindow();
}

/** The page is as high as what the frame of the admin leaves of the window. */
export function fitWindow(): void {
  const page = document.getElementById("naryad-page");
  if (!page) return;
  const isFull = page.classList.contains("nyd-full");
  const top = isFull ? 0 : page.getBoundingClientRect().top + window.scrollY;
  page.style.height = `${Math.max(420, window.innerHeight - top - (isFull ? 0 : 12))}px`;
}
