import { find } from './page.ts'

/** An order's state as the bridge tells the demo. */
interface Progress {
  external_order_number: string
  state: 'queued' | 'sending' | 'unconfirmed' | 'relayed' | 'rejected' | 'failed'
  attempts: number
  sign_customiser_order_id: string | number | null
}

const PAUSE = 1_000

/** Shows where an order stands, until it has arrived or an operator has to look after it. */
export async function follow(external_id: string): Promise<void> {
  find('#progress', HTMLElement).hidden = false
  find('#progress-title', HTMLElement).focus()
  for (;;) {
    const response = await fetch(`/demo/orders/${encodeURIComponent(external_id)}`).catch(() => null)
    if (response?.ok) {
      const progress: Progress = await response.json()
      show(progress)
      if (['relayed', 'rejected', 'failed'].includes(progress.state)) return
    }
    await new Promise((resume) => setTimeout(resume, PAUSE))
  }
}

function show(progress: Progress): void {
  find('#story', HTMLElement).textContent =
    `Order ${progress.external_order_number}: ${STORIES[progress.state](progress)}`
  const reached = progress.state === 'relayed' ? 3 : progress.attempts > 0 ? 2 : 1
  for (const [i, id] of ['#step-received', '#step-sent', '#step-relayed'].entries())
    find(id, HTMLElement).className = i < reached ? (isStuck(progress) && i === 1 ? 'stuck' : 'done') : ''
}

const isStuck = ({ state }: Progress) => state === 'rejected' || state === 'failed'

const STORIES: Record<Progress['state'], (progress: Progress) => string> = {
  queued: ({ attempts }) =>
    attempts === 0
      ? 'received, it is about to be sent.'
      : 'Sign Customiser is busy. It is tried again in a moment.',
  sending: () => 'on its way to Sign Customiser.',
  unconfirmed: () => 'sent, the answer was lost. It is looked into.',
  relayed: ({ sign_customiser_order_id }) =>
    `relayed. Sign Customiser has it as order ${sign_customiser_order_id}.`,
  rejected: () => 'Sign Customiser refused it. An operator will look at it.',
  failed: () => 'it could not be handed over. An operator will look at it.',
}
