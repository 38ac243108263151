const WORDS = new Set(
  (
    "authorization auth authentication cookie cookies credential credentials csrf cvc cvv cvv2 iban jwt otp pan pass " +
    "passcode passphrase passwd password passwords pin pwd secret secrets session sid sig signature ssn token tokens xsrf"
  ).split(" "),
);
const COMPOUNDS =
  /apikey|accesskey|privatekey|secretkey|password|passwd|accesstoken|apitoken|authtoken|refreshtoken|sessionid|cardnumber|securitycode/;
/** `dbpass`, `smtppass`; a bypass and a compass are none. */
const ENDS_IN_PASS = /^(?!(?:by|com|over|sur|tres|under)pass$)\w*pass$/;
const MAX_NAME = 128;

/** Names are few, and asked for again and again. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 2_000;

/** Whether what is kept under `name` (a header, a parameter, a field, a key) has to be taken for a secret. */
export function isSecretName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = tell(name);
  if (known.size >= MOST_KNOWN) known.clear();
  if (name.length <= MAX_NAME) known.set(name, found);
  return found;
}

function tell(name: string): boolean {
  const words = name
    .slice(0, MAX_NAME)
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => WORDS.has(word) || ENDS_IN_PASS.test(word)) || COMPOUNDS.test(words.join(""));
}
