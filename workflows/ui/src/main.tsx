import "@xyflow/react/dist/style.css";
import "./styles/page.css";
import "./styles/graph.css";
import "./styles/form.css";
import "./styles/run.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { boot } from "./boot";
import { EditorPage } from "./editor/EditorPage";
import { fitWindow } from "./parts/full";
import { RunPage } from "./run/RunPage";

const page = document.getElementById("naryad-page");
if (page) {
  fitWindow();
  window.addEventListener("resize", fitWindow);
  createRoot(page).render(<StrictMode>{boot.page === "run" ? <RunPage /> : <EditorPage />}</StrictMode>);
}
