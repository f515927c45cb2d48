import { operatorConsole } from './console/console.ts'
import { Routes } from './http/app.ts'
import { logged } from './http/logged.ts'
import { onFault, unmatched } from './http/refuse.ts'
import { secured } from './http/transport.ts'
import { LedgerObject } from './ledger/ledger.ts'
import { alerts } from './operations/alerts.ts'
import { metrics } from './operations/metrics.ts'
import { problems } from './operations/problems.ts'
import { health, readinessOf, ready } from './operations/ready.ts'
import { countRefusal } from './operations/refusals.ts'
import { sweep } from './operations/sweep.ts'
import { createInShopline } from './shopline/create-product.ts'
import { hooks } from './shopline/hooks.ts'
import { ordersApi as shoplineOrdersApi } from './shopline/orders-api.ts'
import { webhooks as shoplineWebhooks } from './shopline/webhooks.ts'
import { createProduct } from './sign-customiser/create-product.ts'
import { parseOrder } from './sign-customiser/order.ts'
import { ordersApi } from './sign-customiser/orders-api.ts'
import { webhooks } from './sign-customiser/webhooks.ts'
import { deliveries } from './store/deliveries.ts'
import { events } from './store/events.ts'
import { forwarding } from './store/forwarding.ts'
import { orders } from './store/orders.ts'
import { products } from './store/products.ts'
import { demo } from './storefront/demo.ts'
import { demoOrders } from './storefront/demo-orders.ts'
import { embed } from './storefront/embed.ts'
import { home } from './storefront/home.ts'
import { productIds } from './storefront/product-ids.ts'

/**
 * The routes in the order data travels: a design is made, it comes in, the store reads it, sells it, hands in the order.
 *
 * What never changes is served before them, from `src/public`.
 */
const app = new Routes({ strict: false })
app.use(logged(countRefusal), secured)
app.route('/', home)
app.route('/embed.js', embed)
app.route('/demo/orders', demoOrders(parseOrder))
app.route('/demo', demo)
app.route('/sign-customiser/products', createProduct(createInShopline))
app.route('/storefront/products', productIds)
app.route('/sign-customiser/webhooks', webhooks)
app.route('/products', products)
app.route('/orders', orders(parseOrder))
app.route('/events', events)
app.route('/deliveries', deliveries)
app.route('/shopline/webhooks', shoplineWebhooks)
app.route('/shopline/hooks', hooks)
app.route('/health', health)
app.route('/ready', ready)
app.route('/metrics', metrics)
app.route('/problems', problems)
app.route('/console', operatorConsole(readinessOf))
app.notFound(unmatched(app))
app.onError(onFault)

export class Ledger extends LedgerObject {
  override get deliver() {
    return { orders: ordersApi, events: forwarding, alerts, shopline: shoplineOrdersApi }
  }
}

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => sweep(env),
} satisfies ExportedHandler<Env>
