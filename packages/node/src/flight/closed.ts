/** The value of `CELL.file` once nothing more is to be written to the file of a black box. */
export const BOX_CLOSED = 2;
