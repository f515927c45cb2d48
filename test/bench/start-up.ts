import { type Server, stop } from './server.ts'
import { type Spread, spread } from './statistics.ts'

/** How many milliseconds longer one server takes from being spawned to its first answer than another, started in turn. */
export async function extraStartUp(
  ours: () => Promise<Server>,
  theirs: () => Promise<Server>,
  starts: number,
): Promise<Spread> {
  const differences: number[] = []
  for (let n = 0; n < starts; n++)
    differences.push((await millisecondsToAnswer(ours)) - (await millisecondsToAnswer(theirs)))
  return spread(differences)
}

async function millisecondsToAnswer(start: () => Promise<Server>): Promise<number> {
  const began = performance.now()
  const server = await start()
  const response = await fetch(`http://127.0.0.1:${server.port}/health`)
  await response.text()
  const took = performance.now() - began
  if (response.status !== 200)
    throw new Error(`${server.name} answered its first request with ${response.status}`)
  await stop(server)
  return took
}
