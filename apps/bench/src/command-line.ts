/** What is wrong with a command line, told above the command's help. */
export interface CommandLine {
  /** Ends the process with 2. */
  usage(problem: string): never;
  /** A whole number of 1 or more, of the option `name`. */
  atLeastOne(name: string, text: string): number;
}

export function commandLine(help: string): CommandLine {
  const usage = (problem: string): never => {
    console.error(`${problem}\n\n${help}`);
    process.exit(2);
  };
  const atLeastOne = (name: string, text: string): number => {
    const value = Number(text);
    return Number.isInteger(value) && value >= 1 ? value : usage(`--${name}: ${text} is no whole number of 1 or more`);
  };
  return { usage, atLeastOne };
}

/** How far it is: one line that changes on a terminal, plain lines elsewhere. */
export function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}\r`);
  else console.error(text);
}
