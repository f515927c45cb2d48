/**
 * Does what a `curl` command says, for machines that have no curl. It knows the options that the project prints: `-X`, `-H`,
 * `-d`, and the silent `-s`, `-S`, `-i`; anything else throws, so that no line is taken for working that was not understood.
 */
export async function curl(command: string): Promise<Response> {
  const [name, ...words] = shellWords(command)
  if (name !== 'curl') throw new Error(`not a curl command: ${command}`)
  const headers = new Headers()
  let url: string | undefined
  let method: string | undefined
  let body: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') method = words.shift()
    else if (word === '-d') body = words.shift()
    else if (word === '-H') headers.append(...headerOf(words.shift() ?? ''))
    else if (/^-[sSi]+$/.test(word)) continue
    else if (URL.canParse(word) && url === undefined) url = word
    else throw new Error(`unknown to this curl: ${word}`)
  }
  if (url === undefined) throw new Error(`no address: ${command}`)
  if (body !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/x-www-form-urlencoded')
  method ??= body === undefined ? 'GET' : 'POST'
  return fetch(url, { method, headers, ...(body !== undefined && { body }) })
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^:]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Error(`not a header: ${text}`)
  return [name, value]
}

/** Splits a command as a shell does; single and double quotes hold words together, a backslash at a line's end joins lines. */
function shellWords(command: string): string[] {
  const words = command.replaceAll('\\\n', ' ').match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double))
}
