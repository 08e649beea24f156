import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Fixed names: the page of the admin adds the time of the build to the address.
export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    outDir: "../static/workflows/ui",
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: {
      input: "src/main.tsx",
      output: { entryFileNames: "pages.js", chunkFileNames: "[name].js", assetFileNames: "pages[extname]" },
    },
  },
});
