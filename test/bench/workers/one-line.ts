/** What start-up is compared with. */
export default { fetch: () => new Response('ok') } satisfies ExportedHandler
