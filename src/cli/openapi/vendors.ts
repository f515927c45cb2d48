import { DESIGN, FORM_SUBMITTED, ORDER_CREATED, SHOPLINE_ORDER } from './examples.ts'
import { operation } from './operations.ts'

export const VENDORS = {
  '/sign-customiser/products': {
    post: operation({
      tag: 'vendors',
      summary: 'A new design: the Create Product URL',
      security: 'signCustomiser',
      body: { schema: 'SignedProduct', examples: { design: DESIGN } },
      answers: { 200: ['The ID that the order will quote.', 'ExternalId'] },
      problems: ['signed', 'json', 'store'],
    }),
  },
  '/sign-customiser/webhooks': {
    post: operation({
      tag: 'vendors',
      summary: 'An event of a webhook subscription',
      security: 'signCustomiser',
      parameters: [
        { name: 'topic', in: 'query', description: 'Names the topic.', schema: { type: 'string' } },
      ],
      body: { schema: 'Event', examples: { order: ORDER_CREATED, form: FORM_SUBMITTED, product: DESIGN } },
      answers: { 200: ['It is recorded.', 'Ok'] },
      problems: ['signed', 'json'],
    }),
  },
  '/shopline/webhooks': {
    post: operation({
      tag: 'vendors',
      summary: 'An event of SHOPLINE',
      security: 'shopline',
      body: { schema: 'Event', examples: { order: SHOPLINE_ORDER } },
      answers: { 200: ['It is recorded.', 'Ok'] },
      problems: ['signed', 'json'],
    }),
  },
}
