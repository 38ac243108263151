import { attachToHttp } from "./register/attach.js";

// Whatever is wrong with us, the application runs: without us then, and told so.
try {
  attachToHttp();
} catch (error) {
  process.stderr.write(
    `sop: not attached, the application runs without: ${error instanceof Error ? error.message : String(error)}\n`,
  );
}
