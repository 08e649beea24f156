import { useEffect, useState } from "react";

/** Whether the admin is dark now: by its own switch, else as the system has it. */
function isDarkNow(): boolean {
  const { classList, dataset } = document.documentElement;
  if (classList.contains("dark") || dataset.theme === "dark") return true;
  if (classList.contains("light") || dataset.theme === "light") return false;
  return dataset.theme === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches;
}

export function useDarkness(): boolean {
  const [isDark, setDark] = useState(isDarkNow);
  useEffect(() => {
    const look = () => setDark(isDarkNow());
    const watcher = new MutationObserver(look);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-theme"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", look);
    return () => {
      watcher.disconnect();
      system.removeEventListener("change", look);
    };
  }, []);
  useEffect(() => {
    document.getElementById("naryad-page")?.classList.toggle("nyd-dark", isDark);
  }, [isDark]);
  return isDark;
}
