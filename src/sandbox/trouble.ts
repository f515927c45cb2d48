/** Something the reader can put right. Its message is a sentence or two for a person; no stack is shown. */
export class Trouble extends Error {
  override name = 'Trouble'
}
