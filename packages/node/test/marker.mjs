import { markStep } from "@sop/node/forensics";

const [dir, step] = process.argv.slice(2);
markStep(dir, step, `by process ${process.pid}`);
